import { WaybillError } from '@waybill/contracts';
import { checkManifest, MANIFEST_LIMIT } from './check-manifest.js';
import { ledgerManifest } from '@waybill/contracts/test-manifest';

function refusal(manifest: object, packageName = 'acme-ledger'): WaybillError {
  try {
    checkManifest(manifest, packageName);
  } catch (error) {
    if (error instanceof WaybillError) return error;
  }
  throw new Error('the manifest was accepted');
}

function pointers(manifest: object, packageName?: string): string[] | undefined {
  const error = refusal(manifest, packageName);
  expect(error.code).toBe('manifest.invalid');
  return error.errors?.map(({ pointer }) => pointer);
}

const [variant] = ledgerManifest().variants;

describe('manifest check', () => {
  it('accepts a manifest and states the scheme it guessed', () => {
    expect(checkManifest(ledgerManifest(), 'acme-ledger')).toEqual({ manifest: ledgerManifest(), scheme: 'semver' });
  });

  it('believes a stated scheme that fits', () => {
    expect(checkManifest(ledgerManifest({ versionScheme: 'dotted' }), 'acme-ledger').scheme).toBe('dotted');
  });

  it('names an unknown key and the one that was meant', () => {
    const error = refusal({ ...ledgerManifest(), variant: [] });
    expect(error.errors).toEqual([
      { pointer: '/variant', message: expect.stringContaining('did you mean "variants"') as string },
    ]);
  });

  it('refuses another package name than the one it was sent to', () => {
    expect(pointers(ledgerManifest(), 'acme-billing')).toEqual(['/package']);
  });

  it('refuses a version that does not fit the stated scheme, and one that fits none', () => {
    expect(pointers(ledgerManifest({ version: '2.4', versionScheme: 'semver' }))).toEqual(['/version']);
    expect(pointers(ledgerManifest({ version: 'release_5' }))).toEqual(['/version']);
  });

  it('refuses text that the database cannot hold', () => {
    expect(pointers(ledgerManifest({ title: 'a\u0000b', publisher: '\ud800' }))).toEqual(['/title', '/publisher']);
  });

  it('refuses a path as a file name', () => {
    const bad = { ...variant!, artifacts: [{ file: '../../etc/passwd' }] };
    expect(pointers(ledgerManifest({ variants: [bad] }))).toContain('/variants/0/artifacts/0/file');
  });

  it('refuses two variants that expect different bytes of one file', () => {
    const variants = ['a', 'b'].map((digit) => ({
      ...variant!,
      artifacts: [{ file: 'check-terminal.sh', sha256: digit.repeat(64) }],
    }));
    expect(pointers(ledgerManifest({ variants }))).toEqual(['/variants/1/artifacts/0/sha256']);
  });

  it('refuses a manifest that is too large to travel in a command', () => {
    const artifacts = Array.from({ length: 1000 }, (_, i) => ({ file: `${'f'.repeat(200)}${i}` }));
    const variants = Array.from({ length: 2 }, () => ({ ...variant!, requirements: undefined, artifacts }));
    const error = refusal(ledgerManifest({ variants }));
    expect(error).toMatchObject({ kind: 'tooLarge', code: 'manifest.tooLarge' });
    expect(error.detail).toContain(String(MANIFEST_LIMIT));
  });
});
