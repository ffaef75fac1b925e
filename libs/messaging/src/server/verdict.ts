/** What becomes of a delivered message. */
export type Verdict =
  { readonly kind: 'ack' } | { readonly kind: 'retry' } | { readonly kind: 'dead'; readonly reason: string };

/** Done: the broker forgets the message. */
export const ACK: Verdict = { kind: 'ack' };

/** Failed for now: the queue delivers it again after a growing delay, until the delivery limit, then it is dead. */
export const RETRY: Verdict = { kind: 'retry' };

/** Will never succeed: to `<queue>.dead`. Prefer {@link dead}, which keeps the reason. */
export const DEAD: Verdict = { kind: 'dead', reason: 'the handler refused it' };

/** {@link DEAD} with a reason that the operator reads in header `x-waybill-reason`. */
export function dead(reason: string): Verdict {
  return { kind: 'dead', reason };
}
