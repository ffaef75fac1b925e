import { Injectable } from '@nestjs/common';
import type { JobCancelRequested } from '@waybill/contracts';
import { Inbox } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { ResultConfig } from '../result.config.js';
import { CLOSE_RUN_SQL, LOCK_RUN_SQL, REMEMBER_CLOSING_SQL } from './cancel-run.sql.js';
import { closingWords } from './closing-words.js';

/**
 * A run is canceled or has expired: what is still `queued` is closed at once, what an agent has taken up gets a grace for the agent's own
 * answer (end-grace.timer.ts). Once per message: a cancel that came again after a re-execution must not close the new attempt.
 */
@Injectable()
export class CancelRun {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly inbox: Inbox,
    private readonly config: ResultConfig,
  ) {}

  async execute(request: JobCancelRequested, messageId: string): Promise<void> {
    const { jobId, run, status } = request;
    const { reason, message } = closingWords(status, request.reason);
    await this.unitOfWork.run(async (manager) => {
      if (!(await this.inbox.firstTime(manager, 'result.jobs', messageId))) return;
      const [known] = await manager.query<{ attempt: number }[]>(LOCK_RUN_SQL, [jobId, run]);
      const newest = request.attempt ?? known!.attempt;
      await manager.query(REMEMBER_CLOSING_SQL, [jobId, run, newest, status, message, this.config.cancelGraceSeconds]);
      await manager.query(CLOSE_RUN_SQL, [status, reason, message, jobId, run, newest, ['queued']]);
    });
  }
}
