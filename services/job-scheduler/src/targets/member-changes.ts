import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { noted, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { JobEngine } from '../jobs/job-engine.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { LEASE_MS, type RenewLease, type TimedWork } from '../timers/work-lease.js';
import { JoinedTargets } from './joined-targets.js';
import { LeftTargets } from './left-targets.js';

/** Computers looked at together. */
const PAGE = 1_000;

const KEEP = `
INSERT INTO member_changes (job_id, computer_id, joined)
SELECT $1::uuid, c.id, false FROM unnest($2::uuid[]) AS c (id) UNION ALL SELECT $1::uuid, c.id, true FROM unnest($3::uuid[]) AS c (id)
ON CONFLICT DO NOTHING`;

const NEXT = `
SELECT computer_id AS id FROM member_changes WHERE job_id = $1 AND joined = $2 ORDER BY computer_id LIMIT $3`;

const DONE = 'DELETE FROM member_changes WHERE job_id = $1 AND joined = $2 AND computer_id = ANY($3::uuid[])';

/** Who leaves and who joins the groups of a job. */
export interface MembersChange {
  left: readonly string[];
  joined: readonly string[];
}

/**
 * Follows who leaves and who joins the groups of a job. The search for the targets may have read a group before or after: what changes while
 * it is under way, however long that takes, is kept and followed when the job's first commands may leave.
 */
@Injectable()
export class MemberChanges implements TimedWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: JobsRepository,
    private readonly engine: JobEngine,
    private readonly left: LeftTargets,
    private readonly joined: JoinedTargets,
  ) {}

  /** Right in any order, and however often. */
  async follow(job: Job, change: MembersChange): Promise<void> {
    const current = isBeingStarted(job) ? await this.keep(job, change) : job;
    if (isBeingStarted(current) || current.phase === 'idle') return;
    if (current.phase === 'released' && change.left.length > 0) await this.left.follow(current, change.left);
    if (change.joined.length > 0) await this.joined.follow(current, change.joined);
  }

  /** Follows what was kept, as soon as the job has been started. */
  async run(jobId: string, renew: RenewLease): Promise<void> {
    const job = await this.jobs.find(this.dataSource, jobId);
    // looked at again when the lease ends
    if (!job || isBeingStarted(job)) return;
    for (const joined of [false, true]) {
      for (;;) {
        const rows = await this.dataSource.query<{ id: string }[]>(NEXT, [jobId, joined, PAGE]);
        const ids = rows.map(({ id }) => id);
        if (ids.length === 0) break;
        await renew();
        if (isFollowed(job, joined)) await this.follow(job, { left: joined ? [] : ids, joined: joined ? ids : [] });
        await this.dataSource.query(DONE, [jobId, joined, ids]);
      }
    }
    // under its lock nothing is kept for a job that has been started
    await this.engine.advance(jobId, (before) =>
      isBeingStarted(before) ? unchanged(before) : noted(before, {}, [{ kind: 'clearTimers', timers: ['members'] }]),
    );
  }

  /** @returns the job as it is: nothing is kept of one that has been started meanwhile */
  private keep(job: Job, { left, joined }: MembersChange): Promise<Job> {
    return this.engine.advance(
      job.id,
      (before, now) => {
        const dueAt = new Date(now.getTime() + LEASE_MS);
        return isBeingStarted(before)
          ? noted(before, {}, [{ kind: 'setTimer', timer: 'members', dueAt }])
          : unchanged(before);
      },
      async (sql, { changed }) => {
        if (changed) await sql.query(KEEP, [job.id, left, isFollowed(job, true) ? joined : []]);
      },
    );
  }
}

/** Its targets, or the executions of them, are not complete. */
function isBeingStarted({ phase, finishedAt }: Job): boolean {
  return (phase === 'resolving' || phase === 'assigning') && !finishedAt;
}

/** Not of a job that went back to wait for approval: its targets are looked for anew. Nobody joins one that was closed. */
function isFollowed({ lateJoiners, phase, archivedAt, status }: Job, joined: boolean): boolean {
  if (archivedAt !== null || phase === 'idle') return false;
  if (!joined) return phase === 'released';
  return lateJoiners === 'include' && status !== 'canceled' && status !== 'expired';
}
