import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@waybill/persistence';

/** Rows in one transaction: a lock, and the disk, are free again for reports after some ten milliseconds. */
const PIECE = 5_000;

/** Tables with rows for each computer, or each chunk, of a run. Executions go last: they say that there is something left. */
const TABLES = [
  'attempt_details',
  'past_attempts',
  'download_progress',
  'run_chunks',
  'run_profiles',
  'executions',
] as const;

const NEXT_SQL = `
  SELECT job_id AS "jobId", run FROM run_archives WHERE emptied_at IS NULL ORDER BY archived_at, job_id, run LIMIT 1
  FOR UPDATE SKIP LOCKED`;

const pieceOf = (table: string): string => `
  DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE job_id = $1 AND run = $2 LIMIT ${PIECE})) RETURNING 1 AS gone`;

/** Deletes the executions of archived runs, a piece at a time. Of several replicas each takes another run; one that dies leaves the rest to the next. */
@Injectable()
export class EmptyArchived {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Deletes all there is to delete. */
  async execute(): Promise<void> {
    while (await this.piece());
  }

  /** @returns whether there was something to do */
  private piece(): Promise<boolean> {
    return this.unitOfWork.run(async (manager) => {
      const [next] = await manager.query<{ jobId: string; run: number }[]>(NEXT_SQL);
      if (!next) return false;
      const key = [next.jobId, next.run];
      for (const table of TABLES) {
        const [gone] = await manager.query<[unknown[], number]>(pieceOf(table), key);
        if (gone.length === PIECE) return true;
      }
      await manager.query('UPDATE run_archives SET emptied_at = now() WHERE job_id = $1 AND run = $2', key);
      return true;
    });
  }
}
