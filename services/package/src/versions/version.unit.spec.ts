import { WaybillError } from '@waybill/contracts';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { manifestDigest } from '@waybill/trust';
import {
  decidePublish,
  decideRecreate,
  decideWithdraw,
  requireDraft,
  type StoredArtifacts,
  type Version,
} from './version.js';

const DEB = 'acme-ledger_2.4.0_amd64.deb';
const SCRIPT = 'check-terminal.sh';
const ALL: StoredArtifacts = new Map([
  [DEB, { sha256: 'a'.repeat(64), size: 1000 }],
  [SCRIPT, { sha256: 'b'.repeat(64), size: 0 }],
]);

function version(status: Version['status'], changes: Partial<Version> = {}): Version {
  return { package: 'acme-ledger', version: '2.4.0', scheme: 'semver', status, manifest: ledgerManifest(), ...changes };
}

function refusal(decide: () => unknown): WaybillError {
  try {
    decide();
  } catch (error) {
    if (error instanceof WaybillError) return error;
  }
  throw new Error('nothing was refused');
}

describe('publishing', () => {
  it('given a draft with all artifacts, freezes the manifest with digests, sizes and scheme', () => {
    const decision = decidePublish(version('draft'), ALL);
    if (decision.kind !== 'change') throw new Error('nothing changed');
    expect(decision.manifest.versionScheme).toBe('semver');
    expect(decision.manifest.variants[0]!.artifacts).toEqual([
      { file: DEB, sha256: 'a'.repeat(64), size: 1000 },
      { file: SCRIPT, sha256: 'b'.repeat(64), size: 0 },
    ]);
    expect(decision.manifestDigest).toBe(manifestDigest(decision.manifest));
  });

  it('given a missing artifact, names it and where the manifest asks for it', () => {
    const error = refusal(() => decidePublish(version('draft'), new Map([[DEB, { sha256: 'a'.repeat(64), size: 1 }]])));
    expect(error).toMatchObject({ kind: 'conflict', code: 'version.artifactsMissing' });
    expect(error.detail).toContain(SCRIPT);
    expect(error.detail).not.toContain(DEB);
    expect(error.errors).toEqual([{ pointer: '/variants/0/artifacts/1', message: `"${SCRIPT}" is not uploaded` }]);
  });

  it('given a published version, changes nothing', () => {
    expect(decidePublish(version('published'), new Map())).toEqual({ kind: 'unchanged' });
  });

  it('given a withdrawn version, refuses', () => {
    expect(refusal(() => decidePublish(version('withdrawn'), ALL)).code).toBe('version.withdrawn');
  });
});

describe('withdrawing', () => {
  it('goes from published to withdrawn, once', () => {
    expect(decideWithdraw(version('published'))).toEqual({ kind: 'change' });
    expect(decideWithdraw(version('withdrawn'))).toEqual({ kind: 'unchanged' });
  });

  it('refuses a draft', () => {
    expect(refusal(() => decideWithdraw(version('draft'))).code).toBe('version.notPublished');
  });
});

describe('creating a version again', () => {
  it('is the same draft when the manifest means the same', () => {
    const { title, ...rest } = ledgerManifest();
    expect(decideRecreate(version('draft'), { ...rest, title })).toEqual({ kind: 'unchanged' });
  });

  it.each([
    ['another manifest', version('draft'), ledgerManifest({ title: 'Other' })],
    ['a published version', version('published'), ledgerManifest()],
    ['a withdrawn version', version('withdrawn'), ledgerManifest()],
  ])('is refused for %s', (_, existing, manifest) => {
    expect(refusal(() => decideRecreate(existing, manifest)).code).toBe('version.exists');
  });
});

describe('what is not a draft', () => {
  it.each(['published', 'withdrawn'] as const)('cannot be changed when %s', (status) => {
    expect(refusal(() => requireDraft(version(status))).code).toBe('version.notDraft');
    expect(() => requireDraft(version('draft'))).not.toThrow();
  });
});
