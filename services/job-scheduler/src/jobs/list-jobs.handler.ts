import { Controller } from '@nestjs/common';
import { JOB_ACTIONS, JOB_RPC, JOB_STATUSES, type JobView, type Page, PageQuery } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { jobOfRow, type JobRow } from './job.row.js';
import { JobViews } from './job-views.js';
import { limitsScope, WITHIN_LIMITS } from './job-limits.js';

const JOBS: ListSpec = {
  select: 'j.*',
  from: 'jobs j',
  where: WITHIN_LIMITS,
  fields: {
    id: { sql: 'j.id', type: 'uuid', sortable: true },
    name: { sql: 'j.name', type: 'text', sortable: true },
    status: { sql: 'j.status', type: 'enum', values: JOB_STATUSES, sortable: true },
    series: { sql: "(j.series->>'id')::uuid", type: 'uuid' },
    package: { sql: 'j.package', type: 'text', sortable: true },
    version: { sql: 'j.version', type: 'text' },
    action: { sql: 'j.action', type: 'enum', values: JOB_ACTIONS },
    priority: { sql: 'j.priority', type: 'number', sortable: true },
    createdAt: { sql: 'j.created_at', type: 'timestamp', sortable: true },
    createdBy: { sql: 'j.created_by', type: 'text' },
    startsAt: { sql: 'j.starts_at', type: 'timestamp', sortable: true },
    expiresAt: { sql: 'j.expires_at', type: 'timestamp', sortable: true },
    startedAt: { sql: 'j.started_at', type: 'timestamp' },
    finishedAt: { sql: 'j.finished_at', type: 'timestamp' },
  },
  defaultSort: '-createdAt',
  unique: 'id',
};

@Controller()
export class ListJobsHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly views: JobViews,
  ) {}

  /** Newest first unless asked otherwise. @throws WaybillError invalid `filter.*`, `sort.*`, `cursor.invalid` */
  @RpcHandler(JOB_RPC.list, PageQuery)
  async list(query: PageQuery): Promise<Page<JobView>> {
    const { items, nextCursor } = await keysetPage<JobRow>(this.dataSource, JOBS, query, [limitsScope('jobs.read')]);
    return { items: await this.views.all(items.map(jobOfRow)), nextCursor };
  }
}
