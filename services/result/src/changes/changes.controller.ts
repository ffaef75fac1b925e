import { Controller } from '@nestjs/common';
import { type ExecutionChanges, ExecutionChangesRequest, RESULT_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { ReadChanges } from './read-changes.query.js';

@Controller()
export class ChangesController {
  constructor(private readonly readChanges: ReadChanges) {}

  @RpcHandler(RESULT_RPC.changes, ExecutionChangesRequest)
  changes(request: ExecutionChangesRequest): Promise<ExecutionChanges> {
    return this.readChanges.execute(request);
  }
}
