import { testServers } from '@waybill/testing';
import pg from 'pg';
import type { SchedulerReplicas } from './scheduler-replicas.spec.js';

/**
 * Puts a clock in front of the database's own, which decides when timers are due and what rules take for now. It goes on by itself.
 * @returns sets it for all schedulers
 */
export async function movableClock({ sql }: SchedulerReplicas): Promise<(to: string) => Promise<void>> {
  const [{ name }] = await sql.query<[{ name: string }]>('SELECT current_database() AS name');
  const url = new URL(testServers().postgresUrl);
  url.pathname = `/${name}`;
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
    CREATE FUNCTION pg_catalog.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS 'SELECT pg_catalog.true_clock_timestamp() + (SELECT ahead FROM public.spec_clock)';`);
  return (to) => run('UPDATE public.spec_clock SET ahead = $1::timestamptz - true_clock_timestamp()', [to]);
}
