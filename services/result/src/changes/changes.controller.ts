import { Controller } from '@nestjs/common';
import { type ExecutionChanges, ExecutionChangesRequest, RESULT_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { demandJob } from '../limits/job-limits.js';
import { ReadChanges } from './read-changes.query.js';

@Controller()
export class ChangesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly readChanges: ReadChanges,
  ) {}

  @RpcHandler(RESULT_RPC.changes, ExecutionChangesRequest)
  async changes(request: ExecutionChangesRequest): Promise<ExecutionChanges> {
    await demandJob(this.dataSource, request.jobId);
    return this.readChanges.execute(request);
  }
}
