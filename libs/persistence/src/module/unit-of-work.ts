import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type EntityManager,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';

/** PostgreSQL's words for "somebody else was there at the same time; run it again". */
const TRY_AGAIN = ['40001', '40P01'];
const TRIES = 5;

/** The server or the network ended the connection between two statements of a transaction; nothing of it was committed. */
class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
  /** SQLSTATE connection_failure */
  readonly code = '08006';
}

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
        if (attempt >= TRIES || code === undefined || !TRY_AGAIN.includes(code)) throw named(error);
      }
    }
  }
}

/** TypeORM takes a connection that died away from its transaction, and the next statement only hears that it is "released". */
function named(error: unknown): unknown {
  const released =
    error instanceof QueryRunnerAlreadyReleasedError || error instanceof QueryRunnerProviderAlreadyReleasedError;
  return released ? new ConnectionLostError('the connection was lost in a transaction', { cause: error }) : error;
}
