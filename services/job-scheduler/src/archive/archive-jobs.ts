import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JobSchedulerConfig } from '../config/job-scheduler.config.js';
import { JobEngine } from '../jobs/job-engine.js';
import { decideArchive } from './decide-archive.js';

/** Jobs looked for at once. */
const BATCH = 100;
/** Rows deleted in one transaction. */
const PIECE = 5_000;

const OLD_JOBS = `
  SELECT id FROM jobs WHERE finished_at < now() - $1 * interval '1 day' AND archived_at IS NULL AND reexecution IS NULL
    AND status IN ('completed', 'canceled', 'expired')
  ORDER BY finished_at LIMIT ${BATCH}`;

// Looked at for a month, so that a process that died in the middle leaves nothing behind.
const DROP_TARGETS = `
  DELETE FROM job_targets WHERE ctid = ANY (ARRAY(
    SELECT t.ctid FROM jobs j JOIN job_targets t ON t.job_id = j.id
    WHERE j.archived_at > now() - interval '30 days' LIMIT ${PIECE}
  )) RETURNING 1 AS dropped`;

const DROP_LEAVERS = `
  DELETE FROM job_leavers l USING jobs j WHERE j.id = l.job_id AND j.archived_at > now() - interval '30 days'`;

/** Archives the jobs that ended long ago, and forgets whom they were for. Replicas may do it at the same time. */
@Injectable()
export class ArchiveJobs {
  constructor(
    private readonly dataSource: DataSource,
    private readonly engine: JobEngine,
    private readonly config: JobSchedulerConfig,
  ) {}

  async execute(): Promise<void> {
    const days = this.config.archiveAfterDays;
    if (days === 0) return;
    let found: { id: string }[];
    do {
      found = await this.dataSource.query<{ id: string }[]>(OLD_JOBS, [days]);
      for (const { id } of found) await this.engine.advance(id, (job, now) => decideArchive(job, now, days));
    } while (found.length === BATCH);
    while ((await this.dropTargets()) > 0);
    await this.dataSource.query(DROP_LEAVERS);
  }

  private async dropTargets(): Promise<number> {
    const [dropped] = await this.dataSource.query<[unknown[], number]>(DROP_TARGETS);
    return dropped.length;
  }
}
