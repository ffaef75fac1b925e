import { Injectable } from '@nestjs/common';
import { type ExecutionChanges, type ExecutionChangesRequest, WaybillError } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { type ExecutionRow, executionView, VIEW_COLUMNS } from '../executions/execution-view.js';
import { type ChangePosition, formatPosition, pageOfChanges, parsePosition } from './change-position.js';
import { CHANGES_SQL, CURRENT_POSITION_SQL, HORIZON_SQL } from './read-changes.sql.js';

const EXECUTIONS_SQL = `
  SELECT ${VIEW_COLUMNS}
  FROM unnest($2::int[], $3::uuid[]) WITH ORDINALITY AS wanted (run, computer_id, n)
  JOIN executions e ON e.job_id = $1 AND e.run = wanted.run AND e.computer_id = wanted.computer_id
  ORDER BY wanted.n`;

/** Change rows read for one page; each names up to 500 executions. */
const ROWS = 20;

/**
 * What changed in a job since a position. The executions are read after the changes and so are at least as new as the position says; what
 * changes meanwhile comes again with the next page.
 */
@Injectable()
export class ReadChanges {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws WaybillError `changes.position` (made up), `changes.forgotten` (older than what is kept) */
  async execute({ jobId, position, limit }: ExecutionChangesRequest): Promise<ExecutionChanges> {
    if (position === undefined) return { items: [], position: await this.now(), more: false };
    const from = parsePosition(position);
    const rows = await this.dataSource.query<{ id: string; xid: string; run: number; computers: string[] }[]>(
      CHANGES_SQL,
      [jobId, from.xid.toString(), from.id.toString(), ROWS],
    );
    await this.refuseForgotten(from);
    const page = pageOfChanges(
      from,
      rows.map(({ id, xid, run, computers }) => ({ id: BigInt(id), xid: BigInt(xid), run, computers })),
      limit,
    );
    const more = page.more || rows.length === ROWS;
    return { items: await this.views(jobId, page.changed), position: formatPosition(page.position), more };
  }

  private async now(): Promise<string> {
    const [row] = await this.dataSource.query<{ xmin: string }[]>(CURRENT_POSITION_SQL);
    return formatPosition({ xid: BigInt(row!.xmin), id: 0n, offset: 0 });
  }

  /** Checked after the rows were read: what was forgotten before that is caught, what is forgotten later was read. */
  private async refuseForgotten(from: ChangePosition): Promise<void> {
    const [row] = await this.dataSource.query<{ forgotten: string }[]>(HORIZON_SQL);
    if (from.xid > BigInt(row!.forgotten)) return;
    throw new WaybillError(
      'precondition',
      'changes.forgotten',
      'The position is too old: read the list again and follow from now.',
    );
  }

  private async views(
    jobId: string,
    changed: { run: number; computerId: string }[],
  ): Promise<ExecutionChanges['items']> {
    if (changed.length === 0) return [];
    const keys = [changed.map(({ run }) => run), changed.map(({ computerId }) => computerId)];
    const rows = await this.dataSource.query<ExecutionRow[]>(EXECUTIONS_SQL, [jobId, ...keys]);
    return rows.map(executionView);
  }
}
