import { Controller } from '@nestjs/common';
import { EVENTS, JobTargetsLeft, REASONS, subscriptionQueue } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { CLOSE_LEFT_SQL } from '../cancellation/cancel-run.sql.js';
import { NOT_BEGUN } from '../cancellation/end-grace.js';

@Controller()
export class TargetsLeftConsumer {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** What these computers have not begun they do not begin; what they have, they finish and report. Harmless when it comes twice. */
  @EventHandler({ event: EVENTS.jobTargetsLeft, queue: subscriptionQueue('result', 'jobs'), type: JobTargetsLeft })
  async onTargetsLeft({ jobId, run, computers }: JobTargetsLeft): Promise<void> {
    const reason = 'target.left';
    await this.unitOfWork.run((manager) =>
      manager.query(CLOSE_LEFT_SQL, ['canceled', reason, REASONS[reason], jobId, run, computers, NOT_BEGUN]),
    );
  }
}
