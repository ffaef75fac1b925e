import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../local-paths.ts';
import { makeSbom, type Sbom } from './make-sbom.ts';

interface Locked {
  version?: string;
  integrity?: string;
  dev?: boolean;
  devOptional?: boolean;
  link?: boolean;
}

const lock = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};
/** What production needs, from the registry. */
const shipped = Object.entries(lock.packages).flatMap(([path, entry]) => {
  const name = path.split('node_modules/').at(-1)!;
  const fromRegistry = path.includes('node_modules/') && !entry.link && entry.integrity !== undefined;
  return fromRegistry && !entry.dev && !entry.devOptional ? [{ name, ...entry }] : [];
});

let bom: Sbom;
beforeAll(() => {
  bom = makeSbom();
}, 60_000);

describe('the bill of materials', () => {
  it('is CycloneDX about us, and tells nothing of the machine', () => {
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: expect.stringMatching(/^1\.[5-9]$/) });
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect(bom.metadata.component.name).toBe('waybill');
    expect(JSON.stringify(bom)).not.toContain(repositoryRoot);
  });

  it('names everything that is shipped, with the very bytes', () => {
    expect(shipped.length).toBeGreaterThan(80);
    for (const { name, version, integrity } of shipped) {
      const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
      const component = bom.components.find((candidate) => candidate.purl?.split('?')[0] === purl);
      expect([purl, component?.hashes]).toEqual([
        purl,
        [{ alg: 'SHA-512', content: Buffer.from(integrity!.replace('sha512-', ''), 'base64').toString('hex') }],
      ]);
    }
  });

  it('names nothing that only development needs', () => {
    const names = bom.components.map(({ purl }) => purl);
    for (const tool of ['jest', 'eslint', 'nx', 'prettier'])
      expect(names.some((purl) => purl?.startsWith(`pkg:npm/${tool}@`))).toBe(false);
  });

  it('joins every component to what needs it', () => {
    const known = new Set([bom.metadata.component['bom-ref'], ...bom.components.map((one) => one['bom-ref'])]);
    const named = new Set(bom.dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn]));
    expect([...named].filter((ref) => !known.has(ref))).toEqual([]);
    expect([...known].filter((ref) => !named.has(ref))).toEqual([]);
  });
});
