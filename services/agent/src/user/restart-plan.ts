import type { UserPolicy } from '@waybill/contracts/agent';
import { NOTICE_MS } from './offer.js';

/** A restart that an installer asks for, as the journal keeps it; counted twice as in `Offer`. */
export interface RestartPlan {
  /** RFC 3339, corrected clock */
  askedAt: string;
  /** RFC 3339; when the computer restarts by itself, null: when somebody agrees */
  at: string | null;
  /** milliseconds of running time that are left until then at most */
  inMs: number | null;
  /** the users know of it */
  told: boolean;
  /** the users were warned shortly before */
  warned: boolean;
  /** somebody agrees to a restart now */
  agreed: boolean;
}

/** Null when nobody but an administrator restarts the computer. @param now milliseconds, corrected clock */
export function planRestart(policy: UserPolicy | undefined, now: number): RestartPlan | null {
  if (!policy || policy.restart === 'never') return null;
  const inMs = policy.restart === 'force' ? NOTICE_MS : (policy.deadlineMs ?? null);
  const at = inMs === null ? null : new Date(now + inMs).toISOString();
  return { askedAt: new Date(now).toISOString(), at, inMs, told: false, warned: false, agreed: false };
}

export function agedPlan(plan: RestartPlan, milliseconds: number): RestartPlan {
  return plan.inMs === null ? plan : { ...plan, inMs: Math.max(0, plan.inMs - Math.max(0, milliseconds)) };
}

/** Milliseconds until the computer restarts, Infinity while it waits for somebody who agrees. */
export function restartInMs({ agreed, at, inMs }: RestartPlan, now: number): number {
  if (agreed) return 0;
  return at === null ? Infinity : Math.max(0, Math.min(Date.parse(at) - now, inMs ?? Infinity));
}

/** Milliseconds until the users are to be told, or warned, Infinity when there is nothing more to say. */
export function sayInMs(plan: RestartPlan, now: number): number {
  if (!plan.told) return 0;
  return plan.warned || plan.at === null ? Infinity : Math.max(0, restartInMs(plan, now) - NOTICE_MS);
}

/** The plan after the users were told; who is told less than a notice ahead is warned with it. */
export function said(plan: RestartPlan, now: number): RestartPlan {
  return { ...plan, told: true, warned: plan.warned || restartInMs(plan, now) <= NOTICE_MS };
}

/** Its moment has come without a warning: the computer slept, or the agent was not running. */
export function isSudden(plan: RestartPlan, now: number): boolean {
  return !plan.agreed && !plan.warned && restartInMs(plan, now) === 0;
}

/** Whoever opens a computer is not thrown out of it: the restart comes after the warning that is still owed. */
export function putOffToWarn(plan: RestartPlan, now: number): RestartPlan {
  return { ...plan, at: new Date(now + NOTICE_MS).toISOString(), inMs: NOTICE_MS };
}
