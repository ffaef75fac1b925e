import { Controller } from '@nestjs/common';
import { EVENTS, JobComputersTold, REASONS, subscriptionQueue } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { COMPUTERS_TOLD_SQL } from './wave-released.sql.js';

@Controller()
export class ComputersToldConsumer {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** These executions no longer wait for their turn. Harmless when it comes twice, or after their agents have answered. */
  @EventHandler({ event: EVENTS.jobComputersTold, queue: subscriptionQueue('result', 'jobs'), type: JobComputersTold })
  async onComputersTold({ jobId, run, computers }: JobComputersTold): Promise<void> {
    await this.unitOfWork.run((manager) =>
      manager.query(COMPUTERS_TOLD_SQL, [jobId, run, computers, REASONS.released]),
    );
  }
}
