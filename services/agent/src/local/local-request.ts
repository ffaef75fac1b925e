import type { CatalogueItem } from '@waybill/contracts/agent';
import { z } from 'zod';
import { LONGEST_POSTPONEMENT_MS } from '../user/offer.js';

/** Bytes of one request; the rest of whoever sends more is not read. */
export const MAX_REQUEST_BYTES = 4096;

/** An id of a job, its beginning, or the name of a package. */
const job = z.string().min(1).max(200);

/** What a user of the computer may ask of the agent: one line of JSON, one line of JSON as the answer. Further things to ask for are further words in `do`. */
export const localRequestSchema = z.discriminatedUnion('do', [
  z.strictObject({ v: z.literal(1), do: z.literal('status') }),
  z.strictObject({
    v: z.literal(1),
    do: z.literal('postpone'),
    job,
    forMs: z.int().min(1000).max(LONGEST_POSTPONEMENT_MS),
  }),
  z.strictObject({ v: z.literal(1), do: z.literal('installNow'), job }),
  z.strictObject({ v: z.literal(1), do: z.literal('restart') }),
  z.strictObject({ v: z.literal(1), do: z.literal('history') }),
  z.strictObject({ v: z.literal(1), do: z.literal('catalog') }),
  z.strictObject({ v: z.literal(1), do: z.literal('install'), offer: z.string().min(1).max(300) }),
  z.strictObject({ v: z.literal(1), do: z.literal('health') }),
]);

export type LocalRequest = z.infer<typeof localRequestSchema>;

/** A job on this computer and where it stands. */
export interface LocalJob {
  jobId: string;
  package: string;
  version: string;
  title: string;
  action: string;
  status: string;
  /** sentence, null when the status says it all */
  message: string | null;
  /** RFC 3339, null while it is open */
  finishedAt: string | null;
  /** null: nobody is asked about it, or not yet, or no longer */
  offer: { begins: string; latest: string; deferralsLeft: number; agreed: boolean } | null;
  /** null: it needs no restart that this agent would make; `at` null: when a user agrees */
  restart: { at: string | null } | null;
}

/** What users of this computer may install themselves, and how far they are with it. */
export interface LocalOffer extends CatalogueItem {
  /** of the job of the newest request, once it has come here */
  job: Pick<LocalJob, 'status' | 'message'> | null;
}

/** The agent of itself, for `waybill-agent doctor`. */
export interface LocalHealth {
  computerId: string;
  /** at which it enrolled; null: not known of agents that enrolled before this was kept */
  enrolledAt: string | null;
  version: string;
  /** version of the tables of its journal, which an older agent cannot read */
  journal: number;
  /** to the broker */
  connected: boolean;
  /** SHA-256 of something that it was told to fetch, null when it never was */
  artifact: string | null;
}

export type LocalAnswer =
  | { ok: true; jobs: LocalJob[] }
  | { ok: true; offers: LocalOffer[] }
  | { ok: true; health: LocalHealth }
  /** what was done, as a sentence */
  | { ok: true; done: string }
  | { ok: false; code: string; message: string };

/** @param message sentence for whoever asked */
export function refusal(code: string, message: string): LocalAnswer {
  return { ok: false, code, message };
}
