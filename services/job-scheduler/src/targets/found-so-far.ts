import { type ResolvedTargets, waveOf } from '@waybill/contracts';
import type { ApprovalPolicy } from '../approval/approval.js';
import type { FoundSoFar, Job } from '../jobs/job.js';
import { percentsOf } from '../rollout/rollout.js';
import { isStratified } from '../rollout/strata.js';
import { removedGroups } from './removed-groups.js';

/**
 * Whether result may be given targets while others are still being looked for. Not when their number decides whether the job may start at
 * all, and not when their waves depend on all of them.
 */
export function isToldEarly(job: Job, { above, groups }: ApprovalPolicy): boolean {
  return !isStratified(job) && job.mostTargets === null && above === 0 && groups.length === 0;
}

/**
 * What is known with one more page.
 * @param early as {@link isToldEarly} says; a job whose targets fit into one page is given away whole, and one that has begun goes on
 */
export function withPage(job: Job, before: FoundSoFar | null, page: ResolvedTargets, early: boolean): FoundSoFar {
  const percents = percentsOf(job);
  // who is in which wave costs a hash for each computer
  const inWaves = percents.length > 1 && !isStratified(job);
  const waveTotals = inWaves ? [...(before?.waveTotals ?? percents.map(() => 0))] : null;
  if (waveTotals) for (const { computerId } of page.targets) waveTotals[waveOf(job.id, computerId, percents) - 1]!++;
  const told = before?.chunks ?? 0;
  const tells = told > 0 || (early && before === null && page.after !== null);
  return {
    resolvedAt: page.resolvedAt,
    after: page.after,
    total: (before?.total ?? 0) + page.targets.length,
    waveTotals,
    unknownGroupIds: union(before?.unknownGroupIds, page.unknownGroupIds),
    guarded: union(before?.guarded, page.reachedGuarded).sort(),
    chunks: tells ? told + 1 : 0,
  };
}

/**
 * What ends the search at once: on this page an excluded group is gone, so the computers it spared are among the targets. Nobody of the page
 * is stored or told; the job is closed by what is known without it.
 * @returns null while every exclusion is known
 */
export function lostExclusion(job: Job, before: FoundSoFar | null, page: ResolvedTargets): FoundSoFar | null {
  if (removedGroups(job, page.unknownGroupIds).excluded.length === 0) return null;
  const nothing = { resolvedAt: page.resolvedAt, total: 0, waveTotals: null, guarded: [], chunks: 0 };
  const unknownGroupIds = union(before?.unknownGroupIds, page.unknownGroupIds);
  return { ...(before ?? nothing), after: null, unknownGroupIds };
}

function union(known: readonly string[] = [], more: readonly string[]): string[] {
  return [...new Set([...known, ...more])];
}
