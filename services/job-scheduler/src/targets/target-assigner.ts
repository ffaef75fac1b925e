import { Injectable } from '@nestjs/common';
import {
  type AssignedTarget,
  EVENTS,
  EXCHANGES,
  type JobTargetsAssigned,
  type ResolvedTarget,
  TARGETS_CHUNK,
} from '@waybill/contracts';
import { Outbox, type SqlExecutor } from '@waybill/messaging';
import { v7 as uuidv7 } from 'uuid';
import { attemptsOf } from '../jobs/attempts.js';
import { timeoutLimits } from '../jobs/timeouts.js';
import type { Job } from '../jobs/job.js';
import { isPaced } from '../rollout/pace.js';
import { percentsOf } from '../rollout/rollout.js';
import { waveOfTarget } from '../rollout/strata.js';
import { type StoredTarget, TargetsRepository } from './targets.repository.js';

/** What result needs to know of a chunk, besides its targets. */
type Place = Pick<JobTargetsAssigned, 'chunk' | 'chunks' | 'total'>;

/** Gives result the targets of a run, in chunks. */
@Injectable()
export class TargetAssigner {
  constructor(
    private readonly targets: TargetsRepository,
    private readonly outbox: Outbox,
  ) {}

  /** All of them, one chunk in memory at a time; or, when they were given as they were found, only how many there are. */
  async assign(sql: SqlExecutor, job: Job): Promise<void> {
    const total = job.total ?? 0;
    const told = job.found?.chunks ?? 0;
    if (told > 0) return this.send(sql, job, { chunk: told, chunks: told + 1, total }, []);
    const chunks = Math.ceil(total / TARGETS_CHUNK);
    let after: string | null = null;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const targets = await this.targets.page(sql, job, after, TARGETS_CHUNK);
      after = targets.at(-1)?.computerId ?? after;
      await this.send(sql, job, { chunk, chunks, total }, targets);
    }
  }

  /**
   * A chunk of a run whose other targets are still being looked for.
   * @param chunk from 0
   */
  assignEarly(
    sql: SqlExecutor,
    job: Job,
    chunk: number,
    targets: readonly (ResolvedTarget & { position: number | null })[],
  ): Promise<void> {
    return this.send(
      sql,
      job,
      { chunk },
      targets.map(({ covered: _, ...target }) => target),
    );
  }

  private async send(sql: SqlExecutor, job: Job, place: Place, targets: readonly StoredTarget[]): Promise<void> {
    const inWaves = percentsOf(job).length > 1;
    const body: JobTargetsAssigned = {
      v: 1,
      jobId: job.id,
      run: job.run,
      ...place,
      expiresAt: job.expiresAt.toISOString(),
      attempts: attemptsOf(job),
      timeouts: timeoutLimits(job),
      ...(isPaced(job) && { paced: true }),
      reach: { groups: [...job.groups], computers: [...job.computers], category: job.category },
      targets: targets.map(({ position, ...target }): AssignedTarget =>
        inWaves ? { ...target, wave: waveOfTarget(job, { computerId: target.computerId, position }) } : target,
      ),
    };
    const type = EVENTS.jobTargetsAssigned;
    await this.outbox.add(sql, [
      { vhost: 'services', exchange: EXCHANGES.events, routingKey: type, type, messageId: uuidv7(), body },
    ]);
  }
}
