import { Injectable } from '@nestjs/common';
import type { AtWork, AtWorkRequest } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { WORKING } from '../timeouts/end-timed-out.sql.js';

const AT_WORK_SQL = `
  SELECT computer_id AS id FROM executions
  WHERE job_id = $1 AND run = $2 AND final_status IS NULL AND status IN ${WORKING}
  ORDER BY computer_id LIMIT $3`;

/** Who checks, downloads or installs in a run at this moment, as far as was heard. */
@Injectable()
export class ListAtWork {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ jobId, run, limit }: AtWorkRequest): Promise<AtWork> {
    const rows = await this.dataSource.query<{ id: string }[]>(AT_WORK_SQL, [jobId, run, limit]);
    return { computerIds: rows.map(({ id }) => id) };
  }
}
