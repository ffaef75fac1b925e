import type { InventoryRequest } from '@waybill/contracts';
import { toInventory } from './inventory.js';

const request = (change: Partial<InventoryRequest> = {}): InventoryRequest => ({
  hostname: 'pc-1',
  os: 'linux',
  arch: 'amd64',
  agentVersion: '1.0.0',
  disks: [{ path: '/', sizeBytes: 100, freeBytes: 50 }],
  software: [
    { name: 'b', version: '1', source: 'dpkg' },
    { name: 'a', version: '1', source: 'dpkg' },
  ],
  ...change,
});

describe('toInventory', () => {
  it('knows each part again, whatever the order and repetitions of its software', () => {
    const first = toInventory(request());
    const again = toInventory(
      request({ software: [...request().software!.toReversed(), { name: 'a', version: '1', source: 'dpkg' }] }),
    );
    expect(again).toEqual(first);
    expect(first.software.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('tells a full disk from new software', () => {
    const first = toInventory(request());
    const fuller = toInventory(request({ disks: [{ path: '/', sizeBytes: 100, freeBytes: 10 }] }));
    expect(fuller.detailsDigest.equals(first.detailsDigest)).toBe(false);
    expect(fuller.softwareDigest.equals(first.softwareDigest)).toBe(true);
  });

  it.each([
    [{ path: '/', sizeBytes: -1, freeBytes: 0 }],
    [{ path: '/', sizeBytes: 1.5, freeBytes: 0 }],
    [{ path: '/' }],
    ['/'],
    [{ path: '/', sizeBytes: 1, freeBytes: 0, more: 1 }],
  ])('refuses the disk %p', (disk) => {
    expect(() => toInventory(request({ disks: [disk as never] }))).toThrow(
      expect.objectContaining({
        code: 'inventory.diskInvalid',
        errors: [expect.objectContaining({ pointer: '/disks/0' })],
      }),
    );
  });
});
