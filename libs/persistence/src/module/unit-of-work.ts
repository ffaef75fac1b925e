import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** PostgreSQL's words for "somebody else was there at the same time; run it again". */
const TRY_AGAIN = ['40001', '40P01'];
const TRIES = 5;

/** Everything that must happen together, state and outgoing messages, in one transaction. */
@Injectable()
export class UnitOfWork {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in one transaction (read committed) and commits. A deadlock or serialisation failure runs it again, so `work`
   * must have no effect outside of the database.
   */
  async run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.dataSource.transaction(work);
      } catch (error) {
        const code = (error as { driverError?: { code?: string } }).driverError?.code;
        if (attempt >= TRIES || code === undefined || !TRY_AGAIN.includes(code)) throw error;
      }
    }
  }
}
