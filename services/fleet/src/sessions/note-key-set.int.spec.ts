import { AuditLog, AuditReader } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { eventually, TestKeys } from '@waybill/testing';
import { KeyRing } from '@waybill/trust';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import { NoteKeySet } from './note-key-set.js';

let world: FleetWorld;
beforeAll(async () => {
  world = await FleetWorld.start();
}, 120_000);
afterAll(() => world?.stop());

const noted = () => world.get(AuditReader).list({ filter: 'action==keySet.taken', first: 'oldest', limit: 100 });

describe('the key set that computers are told to trust', () => {
  it('is on record, once, whatever the number of replicas and restarts', async () => {
    await eventually(async () => expect(await noted()).toHaveLength(1));
    await world.restart();
    const again = () => new NoteKeySet(world.get(UnitOfWork), world.get(AuditLog), world.get(KeyRing)).run();
    await Promise.all([again(), again(), again()]);
    const [entry, ...more] = await noted();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ actor: { kind: 'service', name: 'fleet' }, object: { type: 'keySet', id: '1' } });
    expect(entry!.details['keys']).toContain('command test-command-1');
  });

  it('is on record again when it changes, with what was revoked', async () => {
    const keys = new TestKeys();
    const note = new NoteKeySet(world.get(UnitOfWork), world.get(AuditLog), new KeyRing(() => keys.text));
    await note.run();
    keys.revoke('test-publish-1');
    await note.run();
    await note.run();
    expect((await noted()).map(({ object, details }) => [object.id, details['revoked']])).toEqual([
      ['1', []],
      ['2', ['publish test-publish-1']],
    ]);
  });
});
