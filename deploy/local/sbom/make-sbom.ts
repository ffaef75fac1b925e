import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../local-paths.ts';

export interface Component {
  'bom-ref': string;
  name: string;
  version: string;
  purl?: string;
  hashes?: { alg: string; content: string }[];
  properties?: { name: string; value: string }[];
}

/** The part of CycloneDX that we look at. */
export interface Sbom {
  bomFormat: string;
  specVersion: string;
  serialNumber: string;
  metadata: { component: { 'bom-ref': string; name: string } };
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

const TOOL = join(repositoryRoot, 'node_modules/@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js');

/**
 * From the lock file, so that what else lies in node_modules does not matter; without what only development needs. npm's own
 * `npm sbom --omit=dev` forgets what development needs too, two thirds of everything. The result is validated
 * against CycloneDX's schema.
 * @throws Error with the tool's reason
 */
export function makeSbom(): Sbom {
  const args = [
    '--package-lock-only',
    '--omit=dev',
    '--flatten-components',
    '--mc-type=application',
    // npm minds a peer dependency of a development tool
    '--ignore-npm-errors',
    '--validate',
    '--output-format=JSON',
    '--output-file=-',
  ];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [TOOL, ...args], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`cyclonedx-npm failed: ${error?.message ?? stderr}`);
  return withHashes(JSON.parse(stdout) as Sbom);
}

/** The tool takes hashes only from entries that name a registry, and ours name none. */
function withHashes(bom: Sbom): Sbom {
  const lock = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as {
    packages: { [path: string]: { integrity?: string } };
  };
  const components = bom.components.map((component) => {
    const path = component.properties?.find(({ name }) => name === 'cdx:npm:package:path')?.value ?? '';
    const sha512 = /^sha512-(\S+)$/.exec(lock.packages[path]?.integrity ?? '')?.[1];
    if (!sha512) return component;
    return { ...component, hashes: [{ alg: 'SHA-512', content: Buffer.from(sha512, 'base64').toString('hex') }] };
  });
  return { ...bom, components };
}
