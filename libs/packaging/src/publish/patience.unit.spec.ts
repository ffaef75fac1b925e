import { backOffMs } from './patience.js';
import { UploadProgress } from './upload-progress.js';

describe('backOffMs', () => {
  it('doubles, with full jitter, up to fifteen seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 40].map((failures) => backOffMs(failures, null, () => 1))).toEqual([
      500, 1000, 2000, 4000, 8000, 15_000, 15_000,
    ]);
    expect(backOffMs(5, null, () => 0)).toBe(0);
  });

  it('waits as long as the server asks for, up to a minute', () => {
    expect(backOffMs(1, '7')).toBe(7000);
    expect(backOffMs(1, '86400')).toBe(60_000);
    expect(backOffMs(1, 'Fri, 27 Nov 2026 21:00:00 GMT', () => 1)).toBe(500);
  });
});

describe('UploadProgress', () => {
  it('tells of each tenth once, also when parts are sent again', () => {
    const lines: string[] = [];
    const progress = new UploadProgress('big.iso', 2048, (line) => lines.push(line));
    for (const bytes of [100, 100, 10, 1000, -1000, 1000, 838]) progress.add(bytes);
    expect(lines).toEqual([
      'big.iso: 10 % of 2.0 KiB sent',
      'big.iso: 50 % of 2.0 KiB sent',
      'big.iso: 100 % of 2.0 KiB sent',
    ]);
  });

  it('has nothing to tell of an empty file', () => {
    const lines: string[] = [];
    new UploadProgress('empty', 0, (line) => lines.push(line)).add(0);
    expect(lines).toEqual([]);
  });
});
