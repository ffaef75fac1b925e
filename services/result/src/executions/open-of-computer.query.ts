import { Injectable } from '@nestjs/common';
import type { OpenExecutions } from '@waybill/contracts';
import { DataSource } from 'typeorm';

const OPEN_SQL = `
  SELECT job_id AS "jobId", run, attempt, status
  FROM executions
  WHERE computer_id = $1 AND final_status IS NULL
  ORDER BY job_id, run`;

/** What a computer still has to do, oldest job first; the heart of its desired state. */
@Injectable()
export class OpenOfComputer {
  constructor(private readonly dataSource: DataSource) {}

  async execute(computerId: string): Promise<OpenExecutions> {
    return { executions: await this.dataSource.query<OpenExecutions['executions']>(OPEN_SQL, [computerId]) };
  }
}
