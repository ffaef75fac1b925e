import { WaybillError } from '@waybill/contracts';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import type { Version } from '../versions/version.js';
import { checkExpected, checkWritten, decideAbort, decideBegin, decideRepeat, type Upload } from './upload.js';

const FILE = 'check-terminal.sh';
const WRITTEN = { sha256: 'a'.repeat(64), size: 10 };
const DRAFT: Version = {
  package: 'acme-ledger',
  version: '2.4.0',
  scheme: 'semver',
  status: 'draft',
  manifest: ledgerManifest(),
};
const PUBLISHED: Version = { ...DRAFT, status: 'published' };

function upload(changes: Partial<Upload> = {}): Upload {
  return { file: FILE, status: 'pending', sha256: null, size: null, deduplicated: null, ...changes };
}

function expecting(artifact: { sha256?: string; size?: number }): Version {
  const [variant] = ledgerManifest().variants;
  return {
    ...DRAFT,
    manifest: ledgerManifest({ variants: [{ ...variant!, artifacts: [{ file: FILE, ...artifact }] }] }),
  };
}

function code(decide: () => unknown): string {
  try {
    decide();
  } catch (error) {
    if (error instanceof WaybillError) return error.code;
  }
  throw new Error('nothing was refused');
}

describe('beginning an upload', () => {
  it('takes a file that the manifest of a draft names', () => {
    expect(() => decideBegin(DRAFT, FILE)).not.toThrow();
  });

  it('refuses an unknown file and says which was meant', () => {
    expect(() => decideBegin(DRAFT, 'check-terminl.sh')).toThrow('did you mean "check-terminal.sh"');
    expect(code(() => decideBegin(DRAFT, '../check-terminal.sh'))).toBe('artifact.unknownFile');
  });

  it('refuses a published version', () => {
    expect(code(() => decideBegin(PUBLISHED, FILE))).toBe('version.notDraft');
  });
});

describe('completing an upload again', () => {
  it('goes on with a pending one', () => expect(decideRepeat(upload(), WRITTEN)).toBeNull());

  it('gives the same answer for the same bytes', () => {
    expect(decideRepeat(upload({ status: 'completed', ...WRITTEN, deduplicated: true }), WRITTEN)).toEqual({
      file: FILE,
      ...WRITTEN,
      deduplicated: true,
    });
  });

  it('refuses other bytes', () => {
    expect(code(() => decideRepeat(upload({ status: 'completed', ...WRITTEN }), { ...WRITTEN, size: 11 }))).toBe(
      'upload.alreadyCompleted',
    );
  });

  it.each(['refused', 'aborted', 'abandoned'] as const)('refuses one that was %s', (status) => {
    expect(code(() => decideRepeat(upload({ status }), WRITTEN))).toBe('upload.closed');
  });

  it('refuses one that is being verified: its bytes came another way', () => {
    expect(code(() => decideRepeat(upload({ status: 'verifying' }), WRITTEN))).toBe('upload.verifying');
  });
});

describe('what was written', () => {
  it('must be there, as long as announced', () => {
    expect(() => checkWritten(DRAFT, upload(), WRITTEN, 10)).not.toThrow();
    expect(code(() => checkWritten(DRAFT, upload(), WRITTEN, null))).toBe('upload.objectMissing');
    expect(code(() => checkWritten(DRAFT, upload(), WRITTEN, 9))).toBe('upload.sizeMismatch');
  });

  it('must be what the manifest expects, where it says so', () => {
    expect(() => checkWritten(expecting(WRITTEN), upload(), WRITTEN, 10)).not.toThrow();
    expect(code(() => checkWritten(expecting({ sha256: 'b'.repeat(64) }), upload(), WRITTEN, 10))).toBe(
      'upload.digestMismatch',
    );
    expect(code(() => checkWritten(expecting({ size: 11 }), upload(), WRITTEN, 10))).toBe('upload.sizeMismatch');
  });

  it('may be announced without a digest', () => {
    expect(() => checkExpected(expecting(WRITTEN), FILE, { size: 10, sha256: null })).not.toThrow();
    expect(code(() => checkExpected(expecting(WRITTEN), FILE, { size: 11, sha256: null }))).toBe('upload.sizeMismatch');
  });

  it('comes too late once the version is published', () => {
    expect(code(() => checkWritten(PUBLISHED, upload(), WRITTEN, 10))).toBe('version.notDraft');
  });
});

describe('aborting an upload', () => {
  it.each([
    ['pending', 'close'],
    ['completed', 'nothing'],
    ['refused', 'again'],
    ['aborted', 'again'],
    ['abandoned', 'again'],
  ] as const)('that is %s: %s', (status, abort) => expect(decideAbort(upload({ status }))).toBe(abort));

  it('that is being verified is refused: its object is about to appear', () => {
    expect(code(() => decideAbort(upload({ status: 'verifying' })))).toBe('upload.verifying');
  });
});
