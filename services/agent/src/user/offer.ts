import type { UserPolicy } from '@waybill/contracts/agent';

/** How long before it happens users are told of something that they may still put off, or have to save their work for. */
export const NOTICE_MS = 5 * 60_000;
export const DEFAULT_POSTPONEMENT_MS = 3_600_000;
export const LONGEST_POSTPONEMENT_MS = 7 * 86_400_000;

/**
 * An installation that the users were asked about, as the journal keeps it. Moments alone would not do: a clock that is set back would move them away. So what is
 * left is counted in the agent's own running time as well, and what ends first counts.
 */
export interface Offer {
  /** RFC 3339, corrected clock; when it was first offered, from which the deadline counts */
  offeredAt: string;
  /** RFC 3339; when it begins by itself */
  begins: string;
  /** RFC 3339; it is not put off past this moment */
  latest: string;
  /** milliseconds of running time that are left until `begins` and `latest` at most */
  beginsInMs: number;
  latestInMs: number;
  /** how often it was put off */
  used: number;
  /** the users know of `begins` */
  told: boolean;
  /** somebody wants it now */
  agreed: boolean;
}

export type Postponement = { ok: true; offer: Offer } | { ok: false; code: 'user.noneLeft' | 'user.deadline' };

/**
 * The first offer. It can be put off until the deadline, or shortly before the command expires: a user cannot make a computer miss a job.
 * @param expiresAt of the command, milliseconds
 * @param now milliseconds, corrected clock
 */
export function firstOffer({ deadlineMs }: UserPolicy, expiresAt: number, now: number): Offer {
  const latest = Math.max(now, Math.min(now + (deadlineMs ?? Infinity), expiresAt - NOTICE_MS));
  const offer = { offeredAt: text(now), latest: text(latest), latestInMs: latest - now };
  return { ...offer, ...beginning(Math.min(NOTICE_MS, latest - now), now), used: 0, told: false, agreed: false };
}

/** The same offer after the agent has run for so many milliseconds. */
export function aged(offer: Offer, milliseconds: number): Offer {
  const less = (left: number) => Math.max(0, left - Math.max(0, milliseconds));
  return { ...offer, beginsInMs: less(offer.beginsInMs), latestInMs: less(offer.latestInMs) };
}

/**
 * The same offer, with its whole notice again where its moment has passed and nobody was told of it: the agent did not run, or the computer
 * slept. Past the deadline nothing is given any more.
 */
export function withNotice(offer: Offer, now: number): Offer {
  if (offer.told || offer.agreed || dueInMs(offer, now) > 0) return offer;
  const wait = Math.min(NOTICE_MS, latestInMs(offer, now));
  return wait > 0 ? { ...offer, ...beginning(wait, now) } : offer;
}

/** Milliseconds until it begins by itself; 0: it may begin. */
export function dueInMs(offer: Offer, now: number): number {
  if (offer.agreed) return 0;
  return Math.max(0, Math.min(Date.parse(offer.begins) - now, offer.beginsInMs, latestInMs(offer, now)));
}

/** Milliseconds until the users are to be told of `begins`, null when they were. */
export function tellInMs(offer: Offer, now: number): number | null {
  return offer.told ? null : Math.max(0, dueInMs(offer, now) - NOTICE_MS);
}

export function deferralsLeft({ used }: Pick<Offer, 'used'>, { deferrals }: Pick<UserPolicy, 'deferrals'>): number {
  return Math.max(0, deferrals - used);
}

/** Puts it off by so many milliseconds from now, as far as the deadline allows. What would gain nothing uses up no deferral. */
export function postponed(offer: Offer, policy: UserPolicy, milliseconds: number, now: number): Postponement {
  if (deferralsLeft(offer, policy) === 0) return { ok: false, code: 'user.noneLeft' };
  const most = latestInMs(offer, now);
  if (most <= dueInMs(offer, now)) return { ok: false, code: 'user.deadline' };
  const wait = Math.min(milliseconds, LONGEST_POSTPONEMENT_MS, most);
  return { ok: true, offer: { ...offer, ...beginning(wait, now), used: offer.used + 1, told: false, agreed: false } };
}

/** Nobody is there to be asked. */
export function unattended(offer: Offer, now: number): Offer {
  return { ...offer, ...beginning(0, now), told: true };
}

function latestInMs(offer: Offer, now: number): number {
  return Math.max(0, Math.min(Date.parse(offer.latest) - now, offer.latestInMs));
}

function beginning(wait: number, now: number): Pick<Offer, 'begins' | 'beginsInMs'> {
  return { begins: text(now + wait), beginsInMs: wait };
}

function text(moment: number): string {
  return new Date(moment).toISOString();
}
