import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type ExecutionView, type JobReport, type Page, RESULT_RPC, WaybillError } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import type { Request, Response } from 'express';
import { IdPipe } from '../http/id.pipe.js';
import { sendTable } from '../http/table-file.js';
import { JobViews } from '../jobs/job-views.service.js';
import { Problems } from '../openapi/answers.js';
import { EXECUTION_COLUMNS } from './execution-columns.js';
import { REPORT_FORMATS, REPORT_ROWS, reportChoice } from './report-choice.js';
import { SUMMARY_COLUMNS, summaryRows } from './summary-rows.js';

/** Hundreds of thousands of executions are counted. */
const REPORT_TIMEOUT_MS = 25_000;

@ApiTags('executions')
@Controller('jobs/:id')
export class ReportController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly jobs: JobViews,
  ) {}

  /**
   * How the job's newest run went. As JSON: durations, reasons, and success by platform, group, site and wave. As CSV or NDJSON: all executions as a
   * file, streamed, or with `rows=summary` the lines of the summary. `format` counts more than `Accept`.
   */
  @Get('report')
  @ApiQuery({
    name: 'format',
    required: false,
    enum: REPORT_FORMATS,
    description: 'default: what `Accept` prefers, else json',
  })
  @ApiQuery({
    name: 'rows',
    required: false,
    enum: REPORT_ROWS,
    description: 'of a file; default executions. JSON is the summary',
  })
  @ApiResponse({
    status: 200,
    description: 'The report.',
    content: {
      'application/json': { schema: { $ref: '#/components/schemas/JobReport' } },
      'text/csv': { schema: { type: 'string' } },
      'application/x-ndjson': { schema: { type: 'string' } },
    },
  })
  @Problems('job.notFound', 'report.format', 'report.rows', 'job.archived')
  async report(
    @Param('id', IdPipe) id: string,
    @Query('format') format: string | undefined,
    @Query('rows') rows: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const accepted = request.accepts(['json', 'text/csv', 'application/x-ndjson']);
    const choice = reportChoice(format, rows, accepted && accepted.replace(/^.*\/(x-)?/, ''));
    response.vary('Accept');
    const { archivedAt } = await this.jobs.get(id);
    if (choice.rows === 'executions') {
      if (archivedAt !== null) throw executionsGone(archivedAt);
      const file = { name: `job-${id}`, format: choice.format as 'csv' | 'ndjson', columns: EXECUTION_COLUMNS };
      return sendTable(response, { ...file, pages: this.pages(id) });
    }
    const report = await this.rpc.call(RESULT_RPC.report, { jobId: id }, { timeoutMs: REPORT_TIMEOUT_MS });
    if (choice.format === 'json') return void response.json(report);
    const file = { name: `job-${id}-summary`, format: choice.format, columns: SUMMARY_COLUMNS };
    return sendTable(response, { ...file, pages: once(report) });
  }

  private async *pages(jobId: string): AsyncGenerator<ExecutionView[]> {
    let cursor: string | undefined;
    do {
      const query = { jobId, sort: 'computerName', limit: 1000, ...(cursor ? { cursor } : {}) };
      const page: Page<ExecutionView> = await this.rpc.call(RESULT_RPC.list, query);
      yield page.items;
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
  }
}

function executionsGone(archivedAt: string): WaybillError {
  const detail = `The job was archived at ${archivedAt}: its executions are no longer kept. Its summary is (rows=summary).`;
  return new WaybillError('gone', 'job.archived', detail);
}

/** A file is made of pages, this one of a single one. */
async function* once(report: JobReport) {
  yield summaryRows(report);
}
