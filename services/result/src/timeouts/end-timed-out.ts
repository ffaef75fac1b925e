import { Injectable } from '@nestjs/common';
import { REASONS, type TimeoutLimits } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { LOOK_AGAIN_SQL, NOT_ACCEPTED_SQL, SILENT_SQL, TAKE_DUE_RUN_SQL, TOO_LONG_SQL } from './end-timed-out.sql.js';

interface DueRun {
  jobId: string;
  run: number;
  timeouts: TimeoutLimits;
}

/** What ends by which limit, and what the help desk reads. */
const LIMITS = [
  { limit: 'acceptMs', reason: 'timeout.accept', sql: NOT_ACCEPTED_SQL },
  { limit: 'progressMs', reason: 'timeout.progress', sql: SILENT_SQL },
  { limit: 'executionMs', reason: 'timeout.execution', sql: TOO_LONG_SQL },
] as const;

/** Ends executions whose computers have taken longer than their job allows; what a computer says afterwards of how it ended counts more. */
@Injectable()
export class EndTimedOut {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Looks through one run that is due. @returns false when none is (or another replica has it) */
  async next(): Promise<boolean> {
    return this.unitOfWork.run(async (manager) => {
      const [due] = await manager.query<DueRun[]>(TAKE_DUE_RUN_SQL);
      if (!due) return false;
      const { jobId, run, timeouts } = due;
      for (const { limit, reason, sql } of LIMITS) {
        const ms = timeouts[limit];
        if (ms) await manager.query(sql, ['timedOut', reason, REASONS[reason], jobId, run, ms / 1000]);
      }
      await manager.query(LOOK_AGAIN_SQL, [jobId, run, lookAgainMs(timeouts) / 1000]);
      return true;
    });
  }
}

/** Milliseconds between two looks at one run: nobody waits for more than a twentieth longer than was ordered, or for a minute. */
export function lookAgainMs(timeouts: TimeoutLimits): number {
  const shortest = Math.min(...LIMITS.map(({ limit }) => timeouts[limit] ?? Infinity));
  return Math.min(60_000, Math.max(1_000, shortest / 20));
}
