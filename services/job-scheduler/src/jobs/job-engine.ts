import { Injectable } from '@nestjs/common';
import { notFound } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import type { Decision } from './decision.js';
import { EffectsService } from './effects.service.js';
import type { Job } from './job.js';
import { JobsRepository } from './jobs.repository.js';

/** A rule of the engine: no IO; may throw a WaybillError, then nothing happens. */
export type Decide = (job: Job, now: Date) => Decision;

/**
 * The shell around the decide functions: locks the job, lets the rule decide by the database's clock, stores the new state and
 * what goes with it. All of it or nothing; one job is advanced by one at a time, whatever the number of replicas.
 */
@Injectable()
export class JobEngine {
  constructor(
    private readonly work: UnitOfWork,
    private readonly jobs: JobsRepository,
    private readonly effects: EffectsService,
  ) {}

  /**
   * @param look reads what the rule needs and only holds under the lock
   * @param beside what else belongs into the transaction, run under the lock after the rule has decided
   * @throws WaybillError notFound `job.notFound`
   */
  async advance(
    id: string,
    decide: Decide,
    beside?: (sql: SqlExecutor, decision: Decision, now: Date) => Promise<void>,
    look?: (sql: SqlExecutor) => Promise<void>,
  ): Promise<Job> {
    return this.work.run(async (sql) => {
      const { jobs, now } = await this.jobs.lock(sql, id);
      if (!jobs[0]) throw jobNotFound(id);
      await look?.(sql);
      const decision = decide(jobs[0], now);
      await beside?.(sql, decision, now);
      await this.store(sql, [decision], now, jobs);
      return decision.job;
    });
  }

  /**
   * Stores decisions about jobs that the caller has locked. At most one decision per job.
   * @param before the jobs as they were
   */
  async store(sql: SqlExecutor, decisions: readonly Decision[], now: Date, before: readonly Job[]): Promise<void> {
    const real = decisions.filter((decision) => decision.changed);
    if (real.length === 0) return;
    await this.jobs.save(
      sql,
      real.map((decision) => decision.job),
    );
    await this.effects.apply(sql, real, now, before);
  }
}

export function jobNotFound(id: string) {
  return notFound('job.notFound', `There is no job ${id}.`);
}
