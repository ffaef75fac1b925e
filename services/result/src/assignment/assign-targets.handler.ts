import { Injectable } from '@nestjs/common';
import { EVENTS, EXCHANGES, JobExecutionsReady, type JobTargetsAssigned } from '@waybill/contracts';
import { Outbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { v7 } from 'uuid';
import { FINISH_RUN_SQL, LOCK_RUN_SQL, REMEMBER_CHUNK_SQL, REMOVAL_LOCK } from './assign-targets.sql.js';
import { rememberReach } from '../limits/job-limits.js';
import { GatherStatistics } from './gather-statistics.js';
import { insertExecutions } from './insert-executions.js';
import { queuedReason } from './queued-reason.js';

/**
 * Turns a chunk of a run's targets into executions and says so when the last one is in. A chunk that comes again inserts nothing; if the run
 * is complete it says "ready" again, since the first time may not have been heard.
 */
@Injectable()
export class AssignTargets {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly outbox: Outbox,
    private readonly statistics: GatherStatistics,
  ) {}

  async execute(assigned: JobTargetsAssigned): Promise<void> {
    // after the commit, which lets the first command leave: nobody waits for statistics
    if (await this.assign(assigned)) await this.statistics.execute();
  }

  /** Says whether the run is ready. */
  private assign({
    jobId,
    run,
    chunk,
    chunks,
    total,
    targets,
    reach,
    attempts = 1,
    paced,
    timeouts,
  }: JobTargetsAssigned): Promise<boolean> {
    return this.unitOfWork.run(async (manager) => {
      await manager.query(`SELECT pg_advisory_xact_lock_shared(${REMOVAL_LOCK})`);
      if (reach) await rememberReach(manager, jobId, reach);
      await manager.query(LOCK_RUN_SQL, [jobId, run, chunks ?? null, total ?? null, timeouts ?? null]);
      const reasons = targets.map((target) => queuedReason(target, paced));
      await insertExecutions(manager, { jobId, run, attempts, targets, reasons });
      await manager.query(REMEMBER_CHUNK_SQL, [jobId, run, chunk]);
      const [finished] = await manager.query<[{ total: number }[], number]>(FINISH_RUN_SQL, [jobId, run]);
      const ready = finished[0];
      if (!ready) return false;
      const body: JobExecutionsReady = { v: 1, jobId, run, total: ready.total };
      const type = EVENTS.jobExecutionsReady;
      await this.outbox.add(manager, [
        { vhost: 'services', exchange: EXCHANGES.events, routingKey: type, type, messageId: v7(), body },
      ]);
      return true;
    });
  }
}
