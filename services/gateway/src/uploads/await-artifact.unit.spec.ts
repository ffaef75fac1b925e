import { invalid, type MultipartOutcome, WaybillError } from '@waybill/contracts';
import { awaitArtifact } from './await-artifact.js';

const PENDING: MultipartOutcome = { size: 10, verified: 3, artifact: null };
const ARTIFACT = { file: 'big.iso', sha256: 'a'.repeat(64), size: 10, deduplicated: false };
const DONE: MultipartOutcome = { size: 10, verified: 10, artifact: ARTIFACT };
const signal = new AbortController().signal;
const away = new WaybillError('unavailable', 'rpc.timeout', 'away');

/** Answers one after the other, the last one for ever. */
function answers(...all: (MultipartOutcome | Error)[]) {
  let asked = 0;
  return async () => {
    const answer = all[Math.min(asked++, all.length - 1)]!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

describe('waiting for the artifact', () => {
  it('asks nobody when it is known', async () => {
    const ask = () => Promise.reject(new Error('asked'));
    expect(await awaitArtifact(DONE, ask, { signal })).toEqual(ARTIFACT);
  });

  it('goes on while the upload is verified and while its service is away', async () => {
    expect(await awaitArtifact(PENDING, answers(PENDING, away, DONE), { signal })).toEqual(ARTIFACT);
  });

  it('ends with what the upload was refused with', async () => {
    const refused = invalid('upload.digestMismatch', 'Other bytes came.');
    await expect(awaitArtifact(PENDING, answers(PENDING, refused), { signal })).rejects.toBe(refused);
  });

  it('ends after its patience, and says how far it is and what to do', async () => {
    await expect(awaitArtifact(PENDING, answers(PENDING), { signal, patienceMs: 100 })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'upload.verificationPending',
      detail: expect.stringContaining('3 of 10 bytes') as string,
    });
  });

  it('ends when nobody wants the answer', async () => {
    const stop = new AbortController();
    const waiting = awaitArtifact(PENDING, answers(PENDING), { signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'upload.verificationPending' });
  });
});
