import { Controller } from '@nestjs/common';
import { type JoinedExecutions, JoinExecutions, RESULT_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { JoinExecutionsHandler } from './join-executions.handler.js';

@Controller()
export class JoiningController {
  constructor(private readonly joinExecutions: JoinExecutionsHandler) {}

  @RpcHandler(RESULT_RPC.join, JoinExecutions)
  join(request: JoinExecutions): Promise<JoinedExecutions> {
    return this.joinExecutions.execute(request);
  }
}
