import { Injectable } from '@nestjs/common';
import { BEGUN_STATUSES } from '@waybill/contracts';
import { DataSource } from 'typeorm';

export type BegunStatus = (typeof BEGUN_STATUSES)[number];

/** How long an installation may say nothing before it counts as stuck, as an interval of PostgreSQL. */
const SILENCE = '1 hour';

// reads the open executions by their index (executions_open), never a job's history
const SQL = `
SELECT status, count(*)::int AS count FROM executions
WHERE final_status IS NULL AND status = ANY ($1::text[]) AND updated_at < now() - interval '${SILENCE}'
GROUP BY status`;

/**
 * Counts the executions that are stuck: the installer was started, the status is not final, and the agent's last report came more than
 * an hour ago. Computers that were switched off meanwhile are among them, and those that wait for a restart.
 */
@Injectable()
export class CountStuck {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns a number for every status in which an execution can be stuck, 0 included */
  async execute(): Promise<Map<BegunStatus, number>> {
    const rows = await this.dataSource.query<{ status: BegunStatus; count: number }[]>(SQL, [BEGUN_STATUSES]);
    const counts = new Map(rows.map(({ status, count }) => [status, count]));
    return new Map(BEGUN_STATUSES.map((status) => [status, counts.get(status) ?? 0]));
  }
}
