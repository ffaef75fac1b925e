import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { AuditWorld } from './audit-world.fixtures.spec.ts';

/** Text that was written somewhere, by where. */
export type Written = ReadonlyMap<string, string>;

/** The installation's own secrets, and those of the agent, beside what the spec was given itself. */
export function rememberInstallation(world: AuditWorld): void {
  const { servers, services } = world.stack;
  for (const file of filesIn(servers.paths.keys)) {
    if (file.endsWith('.secret')) world.remember(file, readFileSync(file, 'utf8').trim());
    else if (isPrivateKey(file)) world.remember(file, keyBody(readFileSync(file, 'utf8')));
  }
  for (const [service, url] of Object.entries(services.settings.databaseUrls))
    world.remember(`database password of ${service}`, new URL(url).password);
  for (const [service, url] of Object.entries(services.settings.brokerUrls))
    world.remember(`broker password of ${service}`, new URL(url).password);
  for (const [service, { secretKey }] of Object.entries(services.settings.s3.accounts))
    world.remember(`secret key of ${service} at the object storage`, secretKey);
  const agentKey = join(world.directory, 'state', 'agent.key');
  world.remember('private key of the agent', keyBody(readFileSync(agentKey, 'utf8')));
  const { privateKey } = world.computer.keys;
  world.remember(
    'private key of the silent computer',
    keyBody(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string),
  );
}

/** Logs of services, servers, preparation and agent. */
export function logs(world: AuditWorld): Written {
  const files = [...filesIn(world.stack.servers.paths.log), world.agent.logFile];
  return new Map(files.map((file) => [file, readFileSync(file, 'latin1')]));
}

/** Every row of every table of every service, as text; bytes as text too. Outbox, audit logs and recorded answers are among them. */
export async function tables(world: AuditWorld): Promise<Written> {
  const url = new URL(world.stack.servers.addresses.postgresUrl);
  url.pathname = new URL(world.stack.services.settings.databaseUrls.gateway).pathname;
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; columns: string }>(`
      SELECT format('%I.%I', table_schema, table_name) AS name,
        string_agg(CASE data_type WHEN 'bytea' THEN format('encode(%I, ''escape'')', column_name)
          ELSE format('%I::text', column_name) END, ', ') AS columns
      FROM information_schema.columns
      WHERE table_schema NOT IN ('pg_catalog', 'information_schema') GROUP BY 1`);
    const written = new Map<string, string>();
    for (const { name, columns } of rows) {
      const table = await client.query<{ text: string }>(`SELECT concat_ws(' ', ${columns}) AS text FROM ${name}`);
      written.set(name, table.rows.map(({ text }) => text).join('\n'));
    }
    return written;
  } finally {
    await client.end();
  }
}

/** `where: what` for every secret that is found, and everything that looks like one whatever its value. */
export function leaks(secrets: ReadonlyMap<string, string>, written: Written, lookalikes: RegExp[]): string[] {
  return [...written].flatMap(([where, text]) => [
    ...[...secrets].filter(([, secret]) => text.includes(secret)).map(([what]) => `${where}: ${what}`),
    ...lookalikes.flatMap((pattern) =>
      [...text.matchAll(pattern)].slice(0, 3).map(([found]) => `${where}: ${found.slice(0, 60)}…`),
    ),
  ]);
}

/** Tokens and signatures by their form: those that were given to the agent, the spec never sees. */
export const LOOKALIKES = {
  /** access tokens, client assertions, actor tokens, signed commands */
  jws: /eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{40,}/g,
  /** of a presigned URL */
  presigned: /X-Amz-Signature=[0-9a-f]{64}/gi,
  bearer: /\bwb[st]_[A-Za-z0-9_-]{20,}/g,
  privateKey: /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
} as const;

function filesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((file) => statSync(file).isFile());
}

const isPrivateKey = (file: string): boolean => readFileSync(file, 'utf8').includes('PRIVATE KEY-----');

/** What a key file holds between its lines of dashes. */
function keyBody(pem: string): string {
  return pem.replaceAll(/-----[^-]+-----/g, '').replaceAll(/\s/g, '');
}
