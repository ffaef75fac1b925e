import { Injectable } from '@nestjs/common';
import { REASONS, type Selector, waveSlice } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import { GroupsRepository } from '../catalogue/groups.repository.js';
import { VersionsRepository } from '../catalogue/versions.repository.js';
import { lastAttempt } from '../jobs/attempts.js';
import type { Effect } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { type PartTarget, TargetsRepository } from '../targets/targets.repository.js';
import {
  cancelContent,
  type CommandContent,
  executeContent,
  holdContent,
  type InstallableVersion,
} from './command-content.js';
import { type PlannedCommand, toComputers, toGroups } from './plan-commands.js';
import { isPaced } from '../rollout/pace.js';
import { percentsOf } from '../rollout/rollout.js';
import { isStratified, positionOf } from '../rollout/strata.js';

type Slice = ReturnType<typeof waveSlice>;

const FIRST_ATTEMPT = 1;

/** Says which commands a decision means: one per group, and inbox commands for what no group's stream reaches. */
@Injectable()
export class CommandPlanner {
  constructor(
    private readonly groups: GroupsRepository,
    private readonly versions: VersionsRepository,
    private readonly targets: TargetsRepository,
  ) {}

  /** The job's first commands, to all of its targets or to those of one wave. */
  async wave(sql: SqlExecutor, job: Job, now: Date, wave?: number): Promise<PlannedCommand[]> {
    const version = await this.version(sql, job);
    if (wave === undefined || !job.rollout)
      return this.everywhere(sql, job, executeContent(job, version, job.attempt, now));
    // Whoever is in this wave has not been told anything yet, whatever attempt others have come to.
    const content = executeContent(job, version, FIRST_ATTEMPT, now);
    return this.everywhere(sql, job, content, waveSlice(percentsOf(job), wave));
  }

  /** The job's first commands, to some computers that follow each other in the order of the wave functions. */
  async part(sql: SqlExecutor, job: Job, part: readonly PartTarget[], now: Date): Promise<PlannedCommand[]> {
    const content = executeContent(job, await this.version(sql, job), FIRST_ATTEMPT, now);
    const { groups, mayBroadcast, groupIsGone } = await this.reach(sql, job, content);
    const slice: Selector = { kind: 'slice', from: part[0]!.position, to: part.at(-1)!.position + 1 };
    const byInbox = part.filter((target) => target.byInbox || groupIsGone || !mayBroadcast);
    return [
      ...(mayBroadcast ? toGroups(groups, content, slice) : []),
      ...toComputers(
        byInbox.map(({ computerId }) => computerId),
        content,
      ),
    ];
  }

  /** First commands to those who joined after the start and whose wave has been released, in their inboxes. */
  async joined(sql: SqlExecutor, job: Job, now: Date): Promise<PlannedCommand[]> {
    if (job.lateJoiners !== 'include' || isPaced(job)) return [];
    const percents = percentsOf(job);
    const { to } = waveSlice(percents, job.rolloutState?.released ?? percents.length);
    const computers = await this.targets.takeJoined(sql, job, to);
    if (computers.length === 0) return [];
    return toComputers(computers, executeContent(job, await this.version(sql, job), FIRST_ATTEMPT, now));
  }

  /** Commands of a new attempt, to the reopened computers only. */
  async attempt(sql: SqlExecutor, job: Job, computers: readonly string[], now: Date): Promise<PlannedCommand[]> {
    await this.targets.markByInbox(sql, job, computers);
    return toComputers(computers, executeContent(job, await this.version(sql, job), job.attempt, now));
  }

  /** Waiting or going on, on every stream that carried a command of the run, or to these computers. */
  async hold(
    sql: SqlExecutor,
    job: Job,
    { held, reason, computers }: { held: boolean; reason: string; computers?: readonly string[] },
  ): Promise<PlannedCommand[]> {
    const content = holdContent(job, held, reason);
    return computers ? toComputers(computers, content) : this.everywhere(sql, job, content);
  }

  /** The cancel, on every stream that carried a command of the run, or to these computers. */
  async cancel(
    sql: SqlExecutor,
    job: Job,
    { computers, closing, attempt, reason }: Effect & { kind: 'sendCancel' },
    now: Date,
  ): Promise<PlannedCommand[]> {
    const content = cancelContent({ jobId: job.id, run: job.run, closing, attempt, reason }, now);
    return computers ? toComputers(computers, content) : this.everywhere(sql, job, content);
  }

  /** Computers that are no longer targets do not begin; the group's stream does not reach them any more. */
  drop(job: Job, computers: readonly string[], now: Date): PlannedCommand[] {
    const closed = { closing: 'canceled', attempt: lastAttempt(job), reason: REASONS['target.left'] } as const;
    const content = cancelContent({ jobId: job.id, run: job.run, code: 'target.left', ...closed }, now);
    return toComputers(computers, content);
  }

  private async everywhere(
    sql: SqlExecutor,
    job: Job,
    content: CommandContent,
    slice?: Slice,
  ): Promise<PlannedCommand[]> {
    const { groups, mayBroadcast, groupIsGone } = await this.reach(sql, job, content);
    const inbox = await this.targets.inboxIds(sql, job, groupIsGone || !mayBroadcast);
    const selector: Selector = slice ? { kind: 'slice', ...slice } : { kind: 'all' };
    const inSlice = inbox.filter((target) => !slice || isWithin(slice, positionOf(job, target)));
    return [
      ...(mayBroadcast ? toGroups(groups, content, selector) : []),
      ...toComputers(
        inSlice.map(({ computerId }) => computerId),
        content,
      ),
    ];
  }

  /** Which groups' streams carry the content, and whether those alone would do for their members. */
  private async reach(sql: SqlExecutor, job: Job, content: CommandContent) {
    // only some of the members are meant: each has its inbox
    if (job.filter !== null || isStratified(job)) return { groups: [], mayBroadcast: false, groupIsGone: true };
    const existing = await this.groups.findExisting(sql, [...job.groupIds, ...job.excludeGroupIds]);
    const among = (ids: readonly string[]) => existing.filter(({ id }) => ids.includes(id));
    const groups = among(job.groupIds);
    // Members of a deleted excluded group cannot tell any more that a broadcast is not for them; only an order to act harms them.
    const mayBroadcast = content.kind !== 'execute' || among(job.excludeGroupIds).length === job.excludeGroupIds.length;
    // A deleted group's stream is gone; its former members are still targets and have their inboxes.
    return { groups, mayBroadcast, groupIsGone: groups.length < job.groupIds.length };
  }

  /**
   * Whether the publisher's key still counts was judged when it was decided to send; agents judge it again.
   * @throws Error when there is no signed manifest: a job is only made of a version that has one, and copies are never deleted
   */
  private async version(sql: SqlExecutor, job: Job): Promise<InstallableVersion> {
    const [version] = await this.versions.findByIds(sql, [job.versionId]);
    if (!version?.signedManifest || !version.manifestDigest)
      throw new Error(`there is no signed manifest of version ${job.versionId}`);
    return { signedManifest: version.signedManifest, manifestDigest: version.manifestDigest };
  }
}

function isWithin({ from, to }: Slice, position: number): boolean {
  return position >= from && position < to;
}
