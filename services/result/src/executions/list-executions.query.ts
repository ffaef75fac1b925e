import { Injectable } from '@nestjs/common';
import {
  type ComputerExecutionListRequest,
  EXECUTION_STATUSES,
  type ExecutionListRequest,
  type ExecutionView,
  FINAL_STATUSES,
  type Page,
  type PageQuery,
} from '@waybill/contracts';
import { type Field, type FieldMap, keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { withinLimits } from '../limits/job-limits.js';
import { type ExecutionRow, executionView, VIEW_COLUMNS } from './execution-view.js';

/**
 * `status` itself is in no index, since indexing what every report changes would double the cost of ingest; `final_status` is. So a filter
 * that asks for final statuses only is compiled to that column, and "the failed ones of 300,000" is one range of an index.
 */
const statusField: Field = {
  sql: 'e.status',
  type: 'enum',
  values: EXECUTION_STATUSES,
  compile: (operator, values, bind) => {
    if (operator === '!=' || operator === '=out=') return `e.status <> ALL (${bind(values)}::text[])`;
    const column = values.every((value) => (FINAL_STATUSES as readonly string[]).includes(value))
      ? 'e.final_status'
      : 'e.status';
    return values.length === 1 ? `${column} = ${bind(values[0])}::text` : `${column} = ANY (${bind(values)}::text[])`;
  },
};

/** What filters may say of an execution. */
export const EXECUTION_FIELDS: FieldMap = {
  status: statusField,
  reason: { sql: 'e.reason', type: 'text' },
  computerName: { sql: 'e.computer_name', type: 'text', sortable: true },
  computerId: { sql: 'e.computer_id', type: 'uuid', sortable: true },
  attempt: { sql: 'e.attempt', type: 'number' },
  updatedAt: { sql: 'e.updated_at', type: 'timestamp', sortable: true },
  exitCode: { sql: 'e.exit_code', type: 'number' },
};

const OF_JOB: ListSpec = {
  select: VIEW_COLUMNS,
  from: 'executions e',
  where: 'e.job_id = $1 AND e.run = (SELECT max(r.run) FROM runs r WHERE r.job_id = $1)',
  fields: EXECUTION_FIELDS,
  defaultSort: 'computerId',
  unique: 'computerId',
};

const OF_COMPUTER: ListSpec = {
  select: VIEW_COLUMNS,
  from: 'executions e',
  where: `e.computer_id = $1 AND ${withinLimits('e.job_id', '$2')}
    AND e.run = (SELECT max(x.run) FROM executions x WHERE x.computer_id = e.computer_id AND x.job_id = e.job_id)`,
  fields: { ...EXECUTION_FIELDS, jobId: { sql: 'e.job_id', type: 'uuid', sortable: true } },
  defaultSort: '-jobId',
  unique: 'jobId',
};

/** Lists of executions: of a job's newest run, and of one computer with its newest job first. */
@Injectable()
export class ListExecutions {
  constructor(private readonly dataSource: DataSource) {}

  ofJob({ jobId, ...query }: ExecutionListRequest): Promise<Page<ExecutionView>> {
    return this.page(OF_JOB, query, [jobId.toLowerCase()]);
  }

  /** @param limits scope of the jobs that count, null for all */
  ofComputer(
    { computerId, ...query }: ComputerExecutionListRequest,
    limits: string | null,
  ): Promise<Page<ExecutionView>> {
    return this.page(OF_COMPUTER, query, [computerId.toLowerCase(), limits]);
  }

  private async page(spec: ListSpec, query: PageQuery, scope: unknown[]): Promise<Page<ExecutionView>> {
    const { items, nextCursor } = await keysetPage<ExecutionRow>(this.dataSource, spec, query, scope);
    return { items: items.map(executionView), nextCursor };
  }
}
