import { setTimeout as delay } from 'node:timers/promises';
import type { ModuleRef } from '@nestjs/core';
import { DataSource } from 'typeorm';

const TIMEOUT_MS = 3_000;

/** Rejects while the service's database does not answer; a service without one is always well. */
export function databaseProbe(modules: ModuleRef): () => Promise<void> {
  return async () => {
    const dataSource = findDataSource(modules);
    if (!dataSource) return;
    const timeout = new AbortController();
    const tooLate = delay(TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => {
      throw new Error(`the database did not answer within ${TIMEOUT_MS} ms`);
    });
    try {
      await Promise.race([dataSource.query('SELECT 1'), tooLate]);
    } finally {
      timeout.abort();
      tooLate.catch(() => undefined);
    }
  };
}

function findDataSource(modules: ModuleRef): DataSource | null {
  try {
    return modules.get(DataSource, { strict: false });
  } catch {
    return null;
  }
}
