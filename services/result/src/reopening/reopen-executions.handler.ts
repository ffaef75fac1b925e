import { Injectable } from '@nestjs/common';
import {
  conflict,
  FAILED_STATUSES,
  FINAL_STATUSES,
  invalid,
  notFound,
  type ReopenedExecutions,
  type ReopenExecutions,
  UNSUCCESSFUL_STATUSES,
  WaybillError,
} from '@waybill/contracts';
import { type Bind, compileRsql, UnitOfWork } from '@waybill/persistence';
import type { EntityManager } from 'typeorm';
import { EXECUTION_FIELDS } from '../executions/list-executions.query.js';
import {
  ISSUE_ATTEMPT_SQL,
  KNOWN_REQUEST_SQL,
  LOCK_RUN_SQL,
  REMEMBER_REQUEST_SQL,
  REMEMBER_TOTAL_SQL,
  reopenSql,
  REOPENED_PAGE_SQL,
} from './reopen-executions.sql.js';

/** Ids in one answer at most. */
const PAGE = 5000;

const STATUSES: Record<ReopenExecutions['only'], readonly string[]> = {
  failed: FAILED_STATUSES,
  unsuccessful: UNSUCCESSFUL_STATUSES,
  computers: FINAL_STATUSES,
  filter: FINAL_STATUSES,
};

type Counts = Pick<ReopenedExecutions, 'total' | 'failed'>;

/** Starts a new attempt for executions that are final and match. The same request again reopens nothing and answers the same computers. */
@Injectable()
export class ReopenExecutionsHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @throws WaybillError `execution.unknownRun`, `execution.attemptTaken`, `execution.requestReused`, `execution.noComputers`, `filter.*` */
  async execute(request: ReopenExecutions): Promise<ReopenedExecutions> {
    if (request.only === 'computers' && !request.computers) {
      throw invalid('execution.noComputers', '"only": "computers" needs the list "computers".');
    }
    filterOf(request, () => '');
    if (request.dryRun) return { total: 0, failed: 0, computerIds: [], after: null };
    return this.unitOfWork.run(async (manager) => {
      const counts = await this.reopenOnce(manager, request);
      return page(manager, request, counts);
    });
  }

  private async reopenOnce(manager: EntityManager, request: ReopenExecutions): Promise<Counts> {
    const { requestId, jobId, run, attempt, only, computers } = request;
    const isNew = await manager.query<unknown[]>(REMEMBER_REQUEST_SQL, [requestId, jobId, run, attempt]);
    if (isNew.length === 0) return this.knownCounts(manager, request);
    const [known] = await manager.query<{ attempt: number }[]>(LOCK_RUN_SQL, [jobId, run]);
    if (!known) throw notFound('execution.unknownRun', `Job ${jobId} has no executions in run ${run}.`);
    if (attempt <= known.attempt) {
      throw conflict('execution.attemptTaken', `Attempt ${attempt} was issued before; the newest is ${known.attempt}.`);
    }
    const chosen = only === 'computers' ? computers : null;
    const message = `Attempt ${attempt} waits for the computer to take it up.`;
    const values: unknown[] = [requestId, jobId, run, attempt, STATUSES[only], chosen, message, FAILED_STATUSES];
    const condition = filterOf(request, (value) => `$${values.push(value)}`);
    const [reopened] = await manager.query<Counts[]>(reopenSql(condition), values);
    const { total, failed } = reopened!;
    if (total > 0) await manager.query(ISSUE_ATTEMPT_SQL, [jobId, run, attempt]);
    await manager.query(REMEMBER_TOTAL_SQL, [requestId, total, failed]);
    return { total, failed };
  }

  private async knownCounts(
    manager: EntityManager,
    { requestId, jobId, run, attempt }: ReopenExecutions,
  ): Promise<Counts> {
    const [known] = await manager.query<({ jobId: string; run: number; attempt: number } & Counts)[]>(
      KNOWN_REQUEST_SQL,
      [requestId],
    );
    if (known?.jobId === jobId && known.run === run && known.attempt === attempt) {
      const { total, failed } = known;
      return { total, failed };
    }
    throw conflict('execution.requestReused', `Request ${requestId} was used before for another re-execution.`);
  }
}

/** @throws WaybillError invalid `filter.*` with the pointer `/only/filter` */
function filterOf({ only, filter = '' }: ReopenExecutions, bind: Bind): string {
  if (only !== 'filter') return 'true';
  try {
    return compileRsql(filter, EXECUTION_FIELDS, bind);
  } catch (error) {
    if (error instanceof WaybillError && error.kind === 'invalid')
      throw invalid(error.code, error.detail, [{ pointer: '/only/filter', message: error.detail }]);
    throw error;
  }
}

async function page(
  manager: EntityManager,
  { requestId, after }: ReopenExecutions,
  counts: Counts,
): Promise<ReopenedExecutions> {
  const rows = await manager.query<{ computerId: string }[]>(REOPENED_PAGE_SQL, [requestId, after ?? null, PAGE + 1]);
  const computerIds = rows.slice(0, PAGE).map(({ computerId }) => computerId);
  return { ...counts, computerIds, after: rows.length > PAGE ? computerIds.at(-1)! : null };
}
