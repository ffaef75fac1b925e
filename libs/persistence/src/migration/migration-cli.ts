import type { DatabaseSettings, PersistenceOptions } from '../module/data-source-options.js';
import { migrate } from './migrate.js';

/** The whole of a service's `migrate.ts`: migrates, says what it did, sets the exit code. */
export async function runMigrationCli(options: PersistenceOptions, settings: () => DatabaseSettings): Promise<void> {
  try {
    const applied = await migrate(options, settings());
    process.stdout.write(
      applied.length > 0 ? `${options.schema}: ran ${applied.join(', ')}\n` : `${options.schema}: up to date\n`,
    );
  } catch (error) {
    process.stderr.write(`${options.schema}: cannot migrate: ${sentenceOf(error)}\n`);
    process.exitCode = 1;
  }
}

/** A refused connection to a name with several addresses is an AggregateError without a message. */
function sentenceOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
