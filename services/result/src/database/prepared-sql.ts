import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

/**
 * Runs statements as named prepared ones on the data source's own pool, each in a transaction of its own.
 *
 * TypeORM sends text, and PostgreSQL would parse and plan the batch statement of ingest anew each time: 2.5 ms of server CPU for
 * an empty batch, 0.3 ms when prepared.
 */
@Injectable()
export class PreparedSql implements SqlExecutor {
  private readonly names = new Map<string, string>();

  constructor(private readonly dataSource: DataSource) {}

  async query(text: string, parameters: unknown[] = []): Promise<unknown> {
    const pool = (this.dataSource.driver as PostgresDriver).master as Pool;
    const result = await pool.query({ name: this.nameOf(text), text, values: parameters });
    return result.rows;
  }

  private nameOf(text: string): string {
    let name = this.names.get(text);
    if (name === undefined) {
      name = createHash('sha256').update(text).digest('hex').slice(0, 32);
      this.names.set(text, name);
    }
    return name;
  }
}
