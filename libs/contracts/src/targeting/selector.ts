import { rolloutHash } from './wave.js';

/** Who of a stream's readers a command is for; keeps publishing O(groups). */
export type Selector =
  | { kind: 'all' }
  /** computers whose rollout hash is in `[from, to)` */
  | { kind: 'slice'; from: number; to: number }
  /** computers that have not succeeded in this job and have not seen this attempt */
  | { kind: 'unfinished'; attempt: number }
  /** at most 250 computers by id */
  | { kind: 'computers'; ids: string[] };

/** Largest number of ids in one `computers` selector. */
export const SELECTOR_MAX_IDS = 250;

/** What is known of one computer with respect to one job run. */
export interface SelectorSubject {
  computerId: string;
  succeeded: boolean;
  /** highest attempt seen, 0 when none */
  lastAttempt: number;
}

/** True when the command is meant for the computer. Server and agent evaluate this same function. */
export function selects(selector: Selector, jobId: string, subject: SelectorSubject): boolean {
  switch (selector.kind) {
    case 'all':
      return true;
    case 'slice': {
      const hash = rolloutHash(jobId, subject.computerId);
      return hash >= selector.from && hash < selector.to;
    }
    case 'unfinished':
      return !subject.succeeded && selector.attempt > subject.lastAttempt;
    case 'computers':
      return selector.ids.includes(subject.computerId);
  }
}
