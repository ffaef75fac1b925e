import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The tables that an assignment fills and every batch of reports joins. */
const TABLES = ['executions', 'run_counters'];

const NEVER_ANALYZED_SQL = `
  SELECT relid::regclass::text AS name FROM pg_stat_user_tables
  WHERE relid = ANY ($1::regclass[]) AND last_analyze IS NULL AND last_autoanalyze IS NULL`;

/**
 * Has PostgreSQL look at tables that it has no statistics of yet.
 *
 * Autovacuum does so within a minute of the first assignment. Reports come sooner, and without statistics the planner joins a batch to the
 * whole table instead of probing its primary key: 15,000 instead of 55,000 reports a second on a stack just made (bench/README.md).
 * Later assignments find statistics and cost one look at them.
 */
@Injectable()
export class GatherStatistics {
  private readonly logger = new Logger(GatherStatistics.name);

  constructor(private readonly dataSource: DataSource) {}

  /** Never fails: what it is for is speed, and autovacuum makes up for it. */
  async execute(): Promise<void> {
    try {
      const unknown = await this.dataSource.query<{ name: string }[]>(NEVER_ANALYZED_SQL, [TABLES]);
      // whoever holds the lock is analyzing or vacuuming already
      for (const { name } of unknown) await this.dataSource.query(`ANALYZE (SKIP_LOCKED) ${name}`);
    } catch (error) {
      this.logger.warn(`no statistics gathered, reports are slower until autovacuum does: ${String(error)}`);
    }
  }
}
