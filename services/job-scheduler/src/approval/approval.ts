import { type Actor, WaybillError } from '@waybill/contracts';
import type { Job } from '../jobs/job.js';

/** Which jobs somebody else must approve before they start; part of the configuration. */
export interface ApprovalPolicy {
  /** computers; a job for more waits. 0: no job waits for its size */
  readonly above: number;
  /** a job that names one of these groups, or turns out to reach a computer in one of them, waits */
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
  /** guarded groups that were known to the one who approved; absent in approvals of older versions */
  readonly groups?: readonly string[];
}

/** Without their names: whoever made the job may not see all groups of its computers. */
const REACHES_GUARDED = 'it reaches computers of a guarded group';

/** What a job's groups ask for; null: nothing. */
export function approvalForGroups(groups: readonly string[], policy: ApprovalPolicy): Approval | null {
  const guarded = groups.filter((name) => policy.groups.includes(name));
  return guarded.length === 0 ? null : pending([`it is for ${quoted(guarded)}`], guarded);
}

/** What a job turned out to be for when its targets were counted. */
export interface Reach {
  readonly total: number;
  /** guarded groups that at least one target is in, whether the job names it, another group that holds it, or the computer itself */
  readonly guarded: readonly string[];
}

/**
 * What a job's reach asks for; null: nothing that was not approved. An approval covers the guarded groups and the number that were known
 * when it was given; one from before the count covers whatever number its groups hold.
 */
export function approvalForReach(
  { approval }: Pick<Job, 'approval'>,
  { total, guarded }: Reach,
  { above }: ApprovalPolicy,
): Approval | null {
  const given = approval?.approvedBy ? approval : null;
  const reasons: string[] = [];
  if (guarded.some((name) => !given?.groups?.includes(name))) reasons.push(REACHES_GUARDED);
  const counted = given !== null && (given.total === null || total <= given.total);
  if (above > 0 && total > above && !counted) reasons.push(`it is for ${total} computers, more than ${above}`);
  return reasons.length === 0 ? null : pending(reasons, guarded);
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

/** @throws WaybillError forbidden `job.approvalBySelf` */
export function demandAnother(job: Job, actor: Pick<Actor, 'id' | 'name'>): void {
  if (!isOrderer(job, actor)) return;
  const detail = `Whoever made the job cannot approve it; somebody other than ${job.createdBy} can.`;
  throw new WaybillError('forbidden', 'job.approvalBySelf', detail);
}

function pending(reasons: readonly string[], groups: readonly string[]): Approval {
  return { reason: reasons.join(', and '), approvedBy: null, approvedAt: null, total: null, groups };
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
