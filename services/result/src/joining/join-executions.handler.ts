import { Injectable } from '@nestjs/common';
import { conflict, FINAL_STATUSES, type JoinedExecutions, type JoinExecutions } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { REMOVAL_LOCK } from '../assignment/assign-targets.sql.js';
import { insertExecutions } from '../assignment/insert-executions.js';
import { queuedReason } from '../assignment/queued-reason.js';
import { countByWave } from '../executions/count-by-wave.js';
import { totals } from '../executions/counters.sql.js';
import { rememberReach } from '../limits/job-limits.js';
import { LOCK_BEGUN_RUN_SQL, OPEN_AMONG_SQL } from './join-executions.sql.js';

/** Makes executions of computers that become targets of a run that has begun. The same again changes nothing and is answered as it stands. */
@Injectable()
export class JoinExecutionsHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @throws WaybillError conflict `execution.notReady` while the run's first targets are being stored */
  async execute(request: JoinExecutions): Promise<JoinedExecutions> {
    const { jobId, run, targets, attempts, released, paced, timeouts, reach } = request;
    return this.unitOfWork.run(async (manager) => {
      await manager.query(`SELECT pg_advisory_xact_lock_shared(${REMOVAL_LOCK})`);
      await rememberReach(manager, jobId, reach);
      const [state] = await manager.query<{ ready: boolean }[]>(LOCK_BEGUN_RUN_SQL, [jobId, run, timeouts ?? null]);
      if (!state?.ready)
        throw conflict('execution.notReady', `The targets of job ${jobId} are being stored; try again in a moment.`);
      const reasons = targets.map(({ wave = 1, ...target }) =>
        queuedReason({ ...target, wave: wave <= released ? 1 : wave }, paced),
      );
      await insertExecutions(manager, { jobId, run, attempts, targets, reasons });
      const ids = targets.map(({ computerId }) => computerId);
      const open = await manager.query<{ id: string }[]>(OPEN_AMONG_SQL, [jobId, run, ids, FINAL_STATUSES]);
      const waves = (await countByWave(manager, jobId, run)).map(({ wave, counters }) => ({
        wave,
        total: totals(counters).total,
      }));
      return { total: waves.reduce((sum, { total }) => sum + total, 0), waves, open: open.map(({ id }) => id) };
    });
  }
}
