import { setTimeout as delay } from 'node:timers/promises';
import { type ArtifactView, type MultipartOutcome, WaybillError } from '@waybill/contracts';

export interface Patience {
  /** ends the waiting: nobody wants the answer any more */
  signal: AbortSignal;
  /** milliseconds; HTTP clients give up after five minutes without an answer */
  patienceMs?: number;
}

const PATIENCE_MS = 4 * 60_000;
const [FIRST_MS, LONGEST_MS] = [50, 2_000];

/**
 * Waits until a completed upload is verified, however often the service that verifies it restarts meanwhile.
 * @param outcome what is known so far
 * @param ask for what is known by now
 * @throws what the upload was refused with; unavailable `upload.verificationPending` when it takes longer or nobody waits any more
 */
export async function awaitArtifact(
  outcome: MultipartOutcome,
  ask: () => Promise<MultipartOutcome>,
  { signal, patienceMs = PATIENCE_MS }: Patience,
): Promise<ArtifactView> {
  const end = Date.now() + patienceMs;
  let known = outcome;
  for (let waitMs = FIRST_MS; known.artifact === null; waitMs = Math.min(LONGEST_MS, waitMs * 2)) {
    if (Date.now() >= end) throw stillVerifying(known);
    await delay(waitMs, undefined, { signal }).catch(() => Promise.reject(stillVerifying(known)));
    known = await ask().catch((error: unknown) => {
      if (error instanceof WaybillError && error.kind === 'unavailable') return known;
      throw error;
    });
  }
  return known.artifact;
}

function stillVerifying({ verified, size }: MultipartOutcome): WaybillError {
  return new WaybillError(
    'unavailable',
    'upload.verificationPending',
    `The upload is still being verified (${verified} of ${size} bytes read). It goes on by itself; repeat this call to wait for it.`,
  );
}
