import { Controller } from '@nestjs/common';
import { ComputerRemoved, EVENTS, JobCancelRequested, subscriptionQueue } from '@waybill/contracts';
import { EventHandler, type MessageContext } from '@waybill/messaging';
import { CancelRun } from './cancel-run.handler.js';
import { RemoveComputer } from './remove-computer.handler.js';

@Controller()
export class ClosingConsumer {
  constructor(
    private readonly cancelRun: CancelRun,
    private readonly removeComputer: RemoveComputer,
  ) {}

  @EventHandler({
    event: EVENTS.jobCancelRequested,
    queue: subscriptionQueue('result', 'jobs'),
    type: JobCancelRequested,
  })
  onCancelRequested(event: JobCancelRequested, { messageId }: MessageContext): Promise<void> {
    return this.cancelRun.execute(event, messageId);
  }

  @EventHandler({
    event: EVENTS.computerRemoved,
    queue: subscriptionQueue('result', 'computers'),
    type: ComputerRemoved,
  })
  onComputerRemoved(event: ComputerRemoved): Promise<void> {
    return this.removeComputer.execute(event);
  }
}
