import { conflict, type WaybillError } from '@waybill/contracts';
import { close } from '../cancellation/decide-close.js';
import type { Decision } from './decision.js';
import type { Job } from './job.js';

/** What a job, its executions and their computers are told when nobody vouches for the version any more. */
export function untrustedReason(why: string): string {
  return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
}

/** Nothing of an untrusted version leaves, whatever the job had come to. */
export function closeUntrusted(job: Job, why: string, now: Date): Decision {
  const words = untrustedReason(why);
  return close(job, 'canceled', words, words, now);
}

/** Refusal of what would let computers begin. */
export function versionWithdrawn({ package: name, version }: Pick<Job, 'package' | 'version'>): WaybillError {
  const detail = `Version ${version} of ${name} was withdrawn, so nobody may begin with it any more.`;
  return conflict('version.withdrawn', detail);
}

/** Refusal of what a person asks for. */
export function versionUntrusted(why: string): WaybillError {
  return conflict(
    'version.untrusted',
    `${untrustedReason(why)} Publish the version once more with a valid key, then try again.`,
  );
}
