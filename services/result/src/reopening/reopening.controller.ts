import { Controller } from '@nestjs/common';
import { type ReopenedExecutions, ReopenExecutions, RESULT_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { ReopenExecutionsHandler } from './reopen-executions.handler.js';

@Controller()
export class ReopeningController {
  constructor(private readonly reopenExecutions: ReopenExecutionsHandler) {}

  @RpcHandler(RESULT_RPC.reopen, ReopenExecutions)
  reopen(request: ReopenExecutions): Promise<ReopenedExecutions> {
    return this.reopenExecutions.execute(request);
  }
}
