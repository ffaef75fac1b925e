import { Injectable } from '@nestjs/common';
import {
  EVENTS,
  EXCHANGES,
  FAILED_STATUSES,
  type ExecutionCounters,
  type JobProgressed,
  type WaveProgress,
} from '@waybill/contracts';
import { Outbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import type { EntityManager } from 'typeorm';
import { v7 } from 'uuid';
import { countByWave } from '../executions/count-by-wave.js';
import { together, totals, type WaveCounters } from '../executions/counters.sql.js';
import { CLEAN_COUNTERS_SQL, DIRTY_RUNS_SQL, LOCK_COUNTERS_SQL, TAKE_RUN_SQL, TOLD_SQL } from './flush-progress.sql.js';

/** Seconds between two job.progressed.v1 of one run. */
const INTERVAL_SECONDS = 1;

/** Runs looked at in one round. */
const ROUND = 200;

export interface RunRef {
  jobId: string;
  run: number;
}

/**
 * Tells how far runs are: at most one event per second and run, but at once when the last execution has ended.
 *
 * The mark "changed since told" is set in the transaction that moves the counters and cleared in the one that stores the event, so a crash
 * anywhere between loses nothing, and of several replicas one at a time has a run.
 */
@Injectable()
export class FlushProgress {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly outbox: Outbox,
  ) {}

  /** One round over the runs that changed. */
  async round(): Promise<void> {
    const dirty = await this.unitOfWork.run((manager) => manager.query<RunRef[]>(DIRTY_RUNS_SQL, [ROUND]));
    for (const run of dirty) await this.unitOfWork.run((manager) => this.flush(manager, run));
  }

  private async flush(manager: EntityManager, { jobId, run }: RunRef): Promise<void> {
    const key = [jobId, run];
    const [taken] = await manager.query<{ attempt: number; progressedFinished: boolean; tooSoon: boolean }[]>(
      TAKE_RUN_SQL,
      [...key, INTERVAL_SECONDS],
    );
    if (!taken) return;
    // Within the second only the end of a run is news that cannot wait.
    if (taken.tooSoon && (taken.progressedFinished || !isComplete(together(await countByWave(manager, jobId, run)))))
      return;
    const slots = await manager.query<{ dirty: boolean }[]>(LOCK_COUNTERS_SQL, key);
    if (!slots.some(({ dirty }) => dirty)) return;
    const waves = await countByWave(manager, jobId, run);
    const counters = together(waves);
    await manager.query(CLEAN_COUNTERS_SQL, key);
    const complete = isComplete(counters);
    await manager.query(TOLD_SQL, [...key, complete]);
    const { total, finished } = totals(counters);
    const at = new Date().toISOString();
    const body: JobProgressed = {
      v: 1,
      jobId,
      run,
      total,
      counters,
      ...(waves.length > 1 ? { waves: waves.map(waveProgress) } : {}),
      finished,
      attempt: taken.attempt,
      at,
    };
    const type = EVENTS.jobProgressed;
    await this.outbox.add(manager, [
      { vhost: 'services', exchange: EXCHANGES.events, routingKey: type, type, messageId: v7(), body },
    ]);
  }
}

function isComplete(counters: ExecutionCounters): boolean {
  const { total, finished } = totals(counters);
  return finished === total;
}

function waveProgress({ wave, counters }: WaveCounters): WaveProgress {
  const failed = FAILED_STATUSES.reduce((sum, status) => sum + counters[status], 0);
  return { wave, ...totals(counters), succeeded: counters.succeeded, failed };
}
