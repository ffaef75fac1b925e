import { LOCAL_ZONE } from '@waybill/contracts';
import { firstAt, lastAt } from './everywhere.js';
import type { Job } from './job.js';

/** What each computer waits for by its own clock, and when that ends; null for jobs in one zone, and when all have begun. */
export function localWords(job: Job, now: Date): string | null {
  const { zone, status, startAt, installAt } = job;
  if (zone !== LOCAL_ZONE || (status !== 'scheduled' && status !== 'running')) return null;
  const expiry = expiryWords(job);
  const ends = expiry === null ? '' : ` It expires at ${expiry}.`;
  const ahead = (text: string | null): text is string => text !== null && lastAt(text, zone)! > now;
  if (status === 'scheduled' && startAt !== null && firstAt(startAt, zone)! > now)
    return `It starts at ${range(startAt)}.${install(installAt, ahead)}${ends}`;
  if (ahead(startAt)) return `Each computer begins at ${range(startAt)}.${install(installAt, ahead)}${ends}`;
  return ahead(installAt) ? `${install(installAt, ahead).trim()}${ends}` : null;
}

/** When the job expires, as it was ordered by each computer's own time; null when it was not, or a new attempt has moved it. */
export function expiryWords({ zone, expireAt, expiresAt }: Job): string | null {
  if (!expiresByOwnClock({ zone, expireAt, expiresAt })) return null;
  return `${expireAt} of each computer's own time, for the last (UTC-12) at ${expiresAt.toISOString()}`;
}

/** False for a job in one zone, without an expiry of its own, or run again after it. */
export function expiresByOwnClock({
  zone,
  expireAt,
  expiresAt,
}: Pick<Job, 'zone' | 'expireAt' | 'expiresAt'>): boolean {
  return zone === LOCAL_ZONE && expireAt !== null && lastAt(expireAt, zone)!.getTime() === expiresAt.getTime();
}

function install(installAt: string | null, ahead: (text: string | null) => boolean): string {
  return ahead(installAt) ? ` Each computer installs at ${range(installAt!)}.` : '';
}

function range(text: string): string {
  const [first, last] = [firstAt, lastAt].map((at) => at(text, LOCAL_ZONE)!.toISOString());
  return `${text} of its own time: from ${first} (UTC+14) to ${last} (UTC-12)`;
}
