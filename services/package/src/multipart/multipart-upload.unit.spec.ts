import { WaybillError } from '@waybill/contracts';
import {
  checkAnnounced,
  checkParts,
  decideCompletion,
  etagsInOrder,
  type MultipartUpload,
  outcomeOf,
} from './multipart-upload.js';

const SHA = 'a'.repeat(64);
const SIZES = [10, 10, 4];
const SENT = [
  { number: 1, etag: 'one' },
  { number: 2, etag: 'two' },
  { number: 3, etag: 'three' },
];
const ETAGS = SENT.map(({ etag }) => etag);
const ARRIVED = SENT.map(({ number, etag }, index) => ({ number, etag, size: SIZES[index]! }));

function upload(changes: Partial<MultipartUpload> = {}): MultipartUpload {
  return {
    file: 'big.iso',
    status: 'pending',
    sha256: null,
    size: null,
    deduplicated: null,
    announcedSize: 24,
    announcedSha256: null,
    etags: null,
    verified: 0,
    problem: null,
    ...changes,
  };
}

function refusal(decide: () => unknown): { code: string; pointers: string[]; detail: string } {
  try {
    decide();
  } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    return { code: error.code, pointers: (error.errors ?? []).map(({ pointer }) => pointer), detail: error.detail };
  }
  throw new Error('nothing was refused');
}

describe('the parts that a client names', () => {
  it('may come in any order, with or without quotes', () => {
    const [one, two, three] = SENT;
    expect(etagsInOrder([three!, { ...one!, etag: '"one"' }, two!], 3)).toEqual(ETAGS);
  });

  it('must be all of them, each once', () => {
    expect(refusal(() => etagsInOrder(SENT.slice(0, 1), 3))).toMatchObject({
      code: 'upload.partMissing',
      pointers: ['/parts'],
      detail: expect.stringContaining('parts 2, 3 are missing') as string,
    });
    expect(refusal(() => etagsInOrder([...SENT, SENT[0]!, { number: 4, etag: 'x' }], 3))).toMatchObject({
      code: 'request.invalid',
      pointers: ['/parts/3/number', '/parts/4/number'],
    });
  });

  it('are not all listed when thousands are missing', () => {
    const { detail } = refusal(() => etagsInOrder([], 1024));
    expect(detail).toContain('and 1014 more are missing');
  });
});

describe('the parts that have arrived', () => {
  const check = (arrived: typeof ARRIVED, sent = SENT) => checkParts(SIZES, arrived, ETAGS, sent);

  it('are what is named, as long as planned', () => expect(() => check(ARRIVED)).not.toThrow());

  it('are missing: named by their place in the request', () => {
    expect(refusal(() => check(ARRIVED.slice(0, 1), SENT.toReversed()))).toMatchObject({
      code: 'upload.partMissing',
      pointers: ['/parts/1', '/parts/0'],
      detail: expect.stringContaining('parts 2, 3 are missing') as string,
    });
  });

  it('are other ones than named', () => {
    const other = ARRIVED.map((part) => (part.number === 2 ? { ...part, etag: 'other' } : part));
    expect(refusal(() => check(other))).toMatchObject({ code: 'upload.partMismatch', pointers: ['/parts/1'] });
  });

  it('are too short or too long', () => {
    const resized = ARRIVED.map((part) => ({ ...part, size: part.size + (part.number === 3 ? 1 : -1) }));
    expect(refusal(() => check(resized))).toMatchObject({
      code: 'upload.sizeMismatch',
      pointers: ['/parts/0', '/parts/1', '/parts/2'],
    });
  });
});

describe('completing', () => {
  it('begins with an open upload', () => expect(decideCompletion(upload(), ETAGS)).toBe('begin'));

  it.each(['verifying', 'completed', 'refused'] as const)('a %s one again, with the same parts, is known', (status) => {
    expect(decideCompletion(upload({ status, etags: ETAGS }), ETAGS)).toBe('known');
    expect(refusal(() => decideCompletion(upload({ status, etags: ETAGS }), ['one', 'two', 'other'])).code).toBe(
      'upload.alreadyCompleted',
    );
    expect(refusal(() => decideCompletion(upload({ status, etags: ETAGS }), ['one'])).code).toBe(
      'upload.alreadyCompleted',
    );
  });

  it.each(['aborted', 'abandoned'] as const)('an %s one is refused', (status) => {
    expect(refusal(() => decideCompletion(upload({ status }), ETAGS)).code).toBe('upload.closed');
  });
});

describe('what was read', () => {
  it('must be what was announced', () => {
    const read = { sha256: SHA, size: 24 };
    expect(() => checkAnnounced(upload(), read)).not.toThrow();
    expect(() => checkAnnounced(upload({ announcedSha256: SHA }), read)).not.toThrow();
    expect(refusal(() => checkAnnounced(upload(), { ...read, size: 23 })).code).toBe('upload.sizeMismatch');
    expect(refusal(() => checkAnnounced(upload({ announcedSha256: 'b'.repeat(64) }), read)).code).toBe(
      'upload.digestMismatch',
    );
  });
});

describe('the outcome', () => {
  it('is how far it is, the artifact, or the problem', () => {
    expect(outcomeOf(upload({ status: 'verifying', verified: 7 }))).toEqual({ size: 24, verified: 7, artifact: null });
    const completed = upload({ status: 'completed', sha256: SHA, size: 24, deduplicated: true, verified: 24 });
    expect(outcomeOf(completed).artifact).toEqual({ file: 'big.iso', sha256: SHA, size: 24, deduplicated: true });
    const problem = { kind: 'invalid', code: 'upload.digestMismatch', detail: 'Other bytes came.' } as const;
    expect(refusal(() => outcomeOf(upload({ status: 'refused', problem })))).toMatchObject({
      code: 'upload.digestMismatch',
      detail: 'Other bytes came.',
    });
    expect(refusal(() => outcomeOf(upload({ status: 'abandoned' }))).code).toBe('upload.closed');
  });
});
