import { Controller } from '@nestjs/common';
import {
  AtWorkRequest,
  ComputerExecutionListRequest,
  ExecutionListRequest,
  ExecutionRef,
  JobReportRequest,
  JobsRef,
  OpenExecutionsRequest,
  RESULT_RPC,
  type ResultRpc,
} from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { demandJob, limitsScope, visibleJobs } from '../limits/job-limits.js';
import { ListAtWork } from './at-work.query.js';
import { demandKept } from '../archive/archived-run.js';
import { ReportJob } from '../report/job-report.query.js';
import { executionNotFound, GetExecution } from './get-execution.query.js';
import { ListExecutions } from './list-executions.query.js';
import { OpenOfComputer } from './open-of-computer.query.js';
import { SummarizeJobs } from './summarize-jobs.query.js';

type Answer<P extends keyof ResultRpc> = Promise<ResultRpc[P]['response']>;

/** Questions about executions; those of jobs that who asks may not see are not there. */
@Controller()
export class ExecutionsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly summarizeJobs: SummarizeJobs,
    private readonly reportJob: ReportJob,
    private readonly listExecutions: ListExecutions,
    private readonly getExecution: GetExecution,
    private readonly openExecutions: OpenOfComputer,
    private readonly listAtWork: ListAtWork,
  ) {}

  @RpcHandler(RESULT_RPC.jobSummary, JobsRef)
  async summary({ jobIds }: JobsRef): Answer<typeof RESULT_RPC.jobSummary> {
    const visible = await visibleJobs(this.dataSource, jobIds);
    const items = await this.summarizeJobs.execute(jobIds);
    return { items: items.map((item) => (item && visible.has(item.jobId.toLowerCase()) ? item : null)) };
  }

  @RpcHandler(RESULT_RPC.report, JobReportRequest)
  async report({ jobId }: JobReportRequest): Answer<typeof RESULT_RPC.report> {
    await demandJob(this.dataSource, jobId);
    return this.reportJob.execute(jobId);
  }

  @RpcHandler(RESULT_RPC.list, ExecutionListRequest)
  async list(request: ExecutionListRequest): Answer<typeof RESULT_RPC.list> {
    await demandJob(this.dataSource, request.jobId);
    await demandKept(this.dataSource, request.jobId);
    return this.listExecutions.ofJob(request);
  }

  @RpcHandler(RESULT_RPC.listOfComputer, ComputerExecutionListRequest)
  listOfComputer(request: ComputerExecutionListRequest): Answer<typeof RESULT_RPC.listOfComputer> {
    return this.listExecutions.ofComputer(request, limitsScope());
  }

  @RpcHandler(RESULT_RPC.get, ExecutionRef)
  async get(request: ExecutionRef): Answer<typeof RESULT_RPC.get> {
    const visible = await visibleJobs(this.dataSource, [request.jobId]);
    if (visible.size === 0) throw executionNotFound(request);
    await demandKept(this.dataSource, request.jobId);
    return this.getExecution.execute(request);
  }

  @RpcHandler(RESULT_RPC.atWork, AtWorkRequest)
  atWork(request: AtWorkRequest): Answer<typeof RESULT_RPC.atWork> {
    return this.listAtWork.execute(request);
  }

  @RpcHandler(RESULT_RPC.openOfComputer, OpenExecutionsRequest)
  openOfComputer({ computerId }: OpenExecutionsRequest): Answer<typeof RESULT_RPC.openOfComputer> {
    return this.openExecutions.execute(computerId);
  }
}
