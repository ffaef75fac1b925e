import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@waybill/persistence';
import { CLOSE_RUN_SQL, SWEPT_SQL, TAKE_DUE_CLOSING_SQL } from './cancel-run.sql.js';
import { closingWords } from './closing-words.js';

/** Statuses of an execution that an agent has taken up but not begun to install. */
export const NOT_BEGUN = ['queued', 'accepted', 'waiting', 'downloading'];

interface DueClosing {
  jobId: string;
  run: number;
  maxAttempt: number;
  status: 'canceled' | 'expired';
  message: string;
}

/** Ends the grace of canceled and expired runs: what has not begun by now is presumed closed; what has begun will report how it ended. */
@Injectable()
export class EndGrace {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Handles one due closing. @returns false when none is due (or another replica has it) */
  async next(): Promise<boolean> {
    return this.unitOfWork.run(async (manager) => {
      const [due] = await manager.query<DueClosing[]>(TAKE_DUE_CLOSING_SQL);
      if (!due) return false;
      const { jobId, run, maxAttempt, status, message } = due;
      const { reason } = closingWords(status, '');
      await manager.query(CLOSE_RUN_SQL, [status, reason, message, jobId, run, maxAttempt, NOT_BEGUN]);
      await manager.query(SWEPT_SQL, [jobId, run, maxAttempt]);
      return true;
    });
  }
}
