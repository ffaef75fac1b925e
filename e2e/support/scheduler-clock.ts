import pg from 'pg';
import type { E2eStack } from './e2e-stack.ts';

/**
 * Puts a clock of the scheduler's own in front of the database's, by which it decides what is due. Nobody else sees it: computers, tokens and
 * certificates stay in the present. It goes on by itself.
 * @returns sets it; forward only, as a scheduler that sleeps sees it
 */
export async function schedulerClock({ servers, services }: E2eStack): Promise<(to: Date) => Promise<void>> {
  const scheduler = new URL(services.settings.databaseUrls['job-scheduler']);
  const url = new URL(servers.addresses.postgresUrl);
  url.pathname = scheduler.pathname;
  const run = async (text: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    try {
      await client.query(text, values);
    } finally {
      await client.end();
    }
  };
  // this database is the spec's own, and so are its functions
  await run(`
    ALTER FUNCTION pg_catalog.clock_timestamp() RENAME TO true_clock_timestamp;
    CREATE TABLE public.spec_clock AS SELECT interval '0' AS ahead;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
    GRANT SELECT ON public.spec_clock TO PUBLIC;
    CREATE FUNCTION pg_catalog.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
      SELECT pg_catalog.true_clock_timestamp() +
        CASE WHEN session_user = ${pg.escapeLiteral(decodeURIComponent(scheduler.username))} THEN (SELECT ahead FROM public.spec_clock) ELSE interval '0' END
    $$;`);
  return (to) => run('UPDATE public.spec_clock SET ahead = $1::timestamptz - true_clock_timestamp()', [to]);
}
