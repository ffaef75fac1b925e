import type { Actor } from '@waybill/contracts';
import type { Job } from '../jobs/job.js';

/** Which jobs somebody else must approve before they start; part of the configuration. */
export interface ApprovalPolicy {
  /** computers; a job for more waits. 0: no job waits for its size */
  readonly above: number;
  /** a job that names one of these groups waits */
  readonly groups: readonly string[];
}

/** Why a job needs a second pair of eyes, and whose it got. */
export interface Approval {
  readonly reason: string;
  readonly approvedBy: string | null;
  /** RFC 3339 */
  readonly approvedAt: string | null;
  /** computers that were known to the one who approved; null when they were not counted yet */
  readonly total: number | null;
}

/** What a job's groups ask for; null: nothing. */
export function approvalForGroups(groups: readonly string[], policy: ApprovalPolicy): Approval | null {
  const guarded = groups.filter((name) => policy.groups.includes(name));
  return guarded.length === 0 ? null : pending(`it is for ${guarded.map((name) => `"${name}"`).join(', ')}`);
}

/**
 * What a job's size asks for, now that it is counted; null: nothing that was not approved.
 * An approval that knew the number covers no more than that; one from before the count covers whatever its groups hold.
 */
export function approvalForSize(job: Job, total: number, { above }: ApprovalPolicy): Approval | null {
  if (above === 0 || total <= above) return null;
  const { approval } = job;
  if (approval?.approvedBy && (approval.total === null || total <= approval.total)) return null;
  return pending(`it is for ${total} computers, more than ${above}`);
}

export function waitsForApproval({ approval }: Pick<Job, 'approval'>): boolean {
  return approval !== null && approval.approvedBy === null;
}

/** Sentence for the job's status while it waits. */
export function waitingWords({ createdBy }: Pick<Job, 'createdBy'>, { reason }: Approval): string {
  return `Waits until somebody other than ${createdBy} approves it: ${reason}.`;
}

/** The same person, whatever they logged in with. Jobs from before there were accounts are compared by name. */
export function isOrderer({ createdById, createdBy }: Job, { id, name }: Pick<Actor, 'id' | 'name'>): boolean {
  return createdById === null ? createdBy === name : createdById === id;
}

function pending(reason: string): Approval {
  return { reason, approvedBy: null, approvedAt: null, total: null };
}
