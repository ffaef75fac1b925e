import { Controller } from '@nestjs/common';
import {
  ComputerExecutionListRequest,
  ExecutionListRequest,
  ExecutionRef,
  JobsRef,
  OpenExecutionsRequest,
  RESULT_RPC,
  type ResultRpc,
} from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { GetExecution } from './get-execution.query.js';
import { ListExecutions } from './list-executions.query.js';
import { OpenOfComputer } from './open-of-computer.query.js';
import { SummarizeJobs } from './summarize-jobs.query.js';

type Answer<P extends keyof ResultRpc> = Promise<ResultRpc[P]['response']>;

/** Questions about executions. */
@Controller()
export class ExecutionsController {
  constructor(
    private readonly summarizeJobs: SummarizeJobs,
    private readonly listExecutions: ListExecutions,
    private readonly getExecution: GetExecution,
    private readonly openExecutions: OpenOfComputer,
  ) {}

  @RpcHandler(RESULT_RPC.jobSummary, JobsRef)
  async summary({ jobIds }: JobsRef): Answer<typeof RESULT_RPC.jobSummary> {
    return { items: await this.summarizeJobs.execute(jobIds) };
  }

  @RpcHandler(RESULT_RPC.list, ExecutionListRequest)
  list(request: ExecutionListRequest): Answer<typeof RESULT_RPC.list> {
    return this.listExecutions.ofJob(request);
  }

  @RpcHandler(RESULT_RPC.listOfComputer, ComputerExecutionListRequest)
  listOfComputer(request: ComputerExecutionListRequest): Answer<typeof RESULT_RPC.listOfComputer> {
    return this.listExecutions.ofComputer(request);
  }

  @RpcHandler(RESULT_RPC.get, ExecutionRef)
  get(request: ExecutionRef): Answer<typeof RESULT_RPC.get> {
    return this.getExecution.execute(request);
  }

  @RpcHandler(RESULT_RPC.openOfComputer, OpenExecutionsRequest)
  openOfComputer({ computerId }: OpenExecutionsRequest): Answer<typeof RESULT_RPC.openOfComputer> {
    return this.openExecutions.execute(computerId);
  }
}
