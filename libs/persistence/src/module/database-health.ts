import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Whether the database answers; readiness asks. */
@Injectable()
export class DatabaseHealth {
  readonly name = 'database';

  constructor(private readonly dataSource: DataSource) {}

  /** Null when well, else a sentence that says what is wrong. */
  async check(): Promise<string | null> {
    try {
      await this.dataSource.query('SELECT 1');
      return null;
    } catch (error) {
      return `the database does not answer: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
