import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = new URL('../..', import.meta.url).pathname;
const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

interface Claim {
  cannot: string;
  file: string;
  title: string;
}

/** The rows of every table whose first column is "cannot". */
const rows = text
  .split('\n')
  .map((line) => /^\| (.+?) +\| (.+?) +\|$/.exec(line))
  .filter((row) => row !== null)
  .map(([, cannot, proof]) => ({ cannot: cannot!, proof: proof! }))
  .filter(({ cannot }) => cannot !== 'cannot' && !/^-+$/.test(cannot));
const claims: Claim[] = rows.map(({ cannot, proof }) => {
  const [, file = '', title = ''] = /^`([^`]+)` › (.+)$/.exec(proof) ?? [];
  return { cannot, file, title };
});

describe('SECURITY.md', () => {
  it.each([
    'stolen computer key',
    'stolen token',
    'stolen command key',
    'stolen publishing key',
    'broken broker',
    'broken database',
    'broken object storage',
    'broken gateway',
    'broken package service',
    'broken fleet service',
    'broken job-scheduler',
    'broken result service',
  ])('has a chapter on a %s', (compromise) => expect(text).toMatch(new RegExp(`^## A ${compromise}`, 'm')));

  it('proves every claim', () => {
    expect(claims.length).toBeGreaterThan(50);
    expect(claims.filter(({ file, title }) => file === '' || title === '')).toEqual([]);
  });

  it.each(claims)('"cannot $cannot": its proof exists', ({ file, title }) => {
    expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
    expect(file).toMatch(/\.spec\.ts$/);
    const spec = readFileSync(join(ROOT, file), 'utf8');
    // as it stands in the source, where an apostrophe may be escaped
    expect(spec.replaceAll("\\'", "'")).toContain(title);
  });
});
