import { DataSource, type DataSourceOptions } from 'typeorm';

/** The database cannot be used; the message says which one and why, the code is the driver's. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  readonly code: string;

  constructor(url: string, cause: NodeJS.ErrnoException) {
    const { host, pathname } = new URL(url);
    const reason = cause.message || cause.code || 'unknown reason';
    super(`the database ${pathname.slice(1)} at ${host} cannot be used: ${reason}`, { cause });
    this.code = cause.code ?? '';
  }

  /** Waiting may help: the server is not there yet, or starting, or full. A wrong password stays wrong. */
  get passing(): boolean {
    return /^(E[A-Z_]+|08\w{3}|53\w{3}|57P\w{2}|)$/.test(this.code);
  }
}

/** @throws DatabaseUnavailableError */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = new DataSource(options);
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw new DatabaseUnavailableError((options as { url: string }).url, error as NodeJS.ErrnoException);
  }
}
