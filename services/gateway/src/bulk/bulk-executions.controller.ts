import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { conflict, type ExecutionView, isFinal, JOB_RPC, notFound, RESULT_RPC } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { RequestWithId } from '@waybill/platform';
import { IdPipe } from '../http/id.pipe.js';
import { ResourceId } from '../idempotency/idempotency.interceptor.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ReexecuteExecutions } from './bulk-bodies.js';
import type { BulkExecutionItem, BulkExecutionsAnswer, BulkItem } from './bulk.views.js';
import { bulkAnswer, eachItem } from './each-item.js';

const REEXECUTE_TIMEOUT_MS = 30_000;

/** Actions on up to 200 executions of a job. */
@ApiTags('executions')
@Controller('jobs/:id/executions/actions')
export class BulkExecutionsController {
  constructor(private readonly rpc: RpcClient) {}

  /**
   * Starts one new attempt of the computers that are named, and says of each whether it has it: one that is still at work, or is none of the job's,
   * is refused and stops no other.
   */
  @Post('re-execute')
  @HttpCode(207)
  @Answers(207, 'BulkExecutionsAnswer', 'What became of each, also when none could be done.')
  @Problems(
    'job.notFound',
    'job.wrongState',
    'job.archived',
    'job.reexecutionPending',
    'job.approvalMissing',
    'version.untrusted',
    'version.withdrawn',
  )
  async reexecute(
    @Param('id', IdPipe) id: string,
    @Body() { computers }: ReexecuteExecutions,
    @Req() request: RequestWithId,
    @ResourceId() requestId: string,
  ): Promise<BulkExecutionsAnswer> {
    const order = { id, only: { computers }, requestId };
    const { attempt } = await this.rpc.call(JOB_RPC.reexecute, order, { timeoutMs: REEXECUTE_TIMEOUT_MS });
    // Looked at afterwards: only then is it certain who was final in time.
    const filter = `computerId=in=(${computers.join()})`;
    const page = await this.rpc.call(RESULT_RPC.list, { jobId: id, filter, limit: computers.length });
    const executions = new Map(page.items.map((execution) => [execution.computerId, execution]));
    const items = await eachItem<string, Omit<BulkExecutionItem, keyof BulkItem>>(
      computers,
      request.id ?? '',
      (computerId) => {
        const execution = executions.get(computerId.toLowerCase());
        return { computerId, attempt: attemptOf(execution, attempt, `Job ${id} has no execution on ${computerId}.`) };
      },
      (computerId) => ({ computerId, attempt: null }),
    );
    return bulkAnswer(items);
  }
}

/** @throws WaybillError when the execution is not in the new attempt, which is null when nobody is */
function attemptOf(execution: ExecutionView | undefined, attempt: number | null, absent: string): number {
  if (!execution) throw notFound('execution.notFound', absent);
  if (attempt !== null && execution.attempt >= attempt) return execution.attempt;
  if (isFinal(execution.status))
    throw conflict(
      'execution.targetLeft',
      'The computer has left the groups of the job, or was removed: it is no target any more.',
    );
  throw conflict(
    'execution.notFinal',
    `The execution is ${execution.status}; a new attempt can begin when this one has ended.`,
  );
}
