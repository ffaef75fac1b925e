import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporary } from '../../spec/packages.js';
import { RunningDigest } from './running-digest.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the digest of a file that is being written', () => {
  const place = temporary('digest');
  afterAll(() => place.dispose());
  const path = join(place.path, 'file');
  const { signal } = new AbortController();

  /** What was written, by offset; the file holds something else, so that it shows which of the two was looked at. */
  const digestOf = (writes: [number, string][], size: number) => {
    writeFileSync(path, 'the file');
    const digest = new RunningDigest();
    for (const [offset, text] of writes) digest.wrote(offset, Buffer.from(text));
    return digest.of(path, size, signal);
  };

  it.each<[string, [number, string][], string]>([
    ['in one piece', [[0, 'abcd']], 'abcd'],
    [
      'in pieces, over several connections',
      [
        [0, 'ab'],
        [2, 'cd'],
      ],
      'abcd',
    ],
    [
      'again from the beginning',
      [
        [0, 'ab'],
        [2, 'xx'],
        [0, 'abcd'],
      ],
      'abcd',
    ],
  ])('is that of what was written %s', async (_how, writes, text) =>
    expect(await digestOf(writes, 4)).toBe(sha256(text)),
  );

  it.each<[string, [number, string][]]>([
    ['an earlier process wrote the beginning of', [[2, 'cd']]],
    [
      'was cut shorter than it had been written',
      [
        [0, 'abcd'],
        [2, 'xy'],
      ],
    ],
    [
      'holds more than was written',
      [
        [0, 'ab'],
        [3, 'd'],
      ],
    ],
    ['nothing was written of', []],
  ])('is read from a file that %s', async (_what, writes) =>
    expect(await digestOf(writes, 4)).toBe(sha256('the file')),
  );
});
