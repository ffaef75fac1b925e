import { Controller } from '@nestjs/common';
import { EVENTS, JobTargetsAssigned, subscriptionQueue } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { AssignTargets } from './assign-targets.handler.js';

@Controller()
export class TargetsAssignedConsumer {
  constructor(private readonly assign: AssignTargets) {}

  @EventHandler({
    event: EVENTS.jobTargetsAssigned,
    queue: subscriptionQueue('result', 'targets'),
    type: JobTargetsAssigned,
  })
  onTargetsAssigned(event: JobTargetsAssigned): Promise<void> {
    return this.assign.execute(event);
  }
}
