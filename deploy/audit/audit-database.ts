import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instancePaths } from '../local/local-paths.ts';
import { rememberedPorts } from '../local/ports.ts';
import { databaseUrl } from '../local/prepare/database.ts';
import { secretIn } from '../local/secret-files.ts';
import { StackFailure } from '../local/stack-failure.ts';

/** Database of `npm start`. */
const LOCAL_DATABASE = 'waybill';

/**
 * Where the audit logs are: `WAYBILL_AUDIT_DATABASE_URL` (or `_FILE`), else the database of `npm start`.
 * @throws StackFailure when neither is there
 */
export async function auditDatabaseUrl(env: NodeJS.ProcessEnv): Promise<string> {
  const file = env['WAYBILL_AUDIT_DATABASE_URL_FILE'];
  const given = file ? readFileSync(file, 'utf8').trim() : env['WAYBILL_AUDIT_DATABASE_URL'];
  if (given) return given;
  const server = env['WAYBILL_STACK_POSTGRES_URL'];
  if (server) return databaseUrl(server, LOCAL_DATABASE);
  const paths = instancePaths('start');
  const secret = join(paths.keys, 'servers.secret');
  if (!existsSync(secret)) {
    throw new StackFailure(
      'There is no local stack here: run "npm start" first, or name the database by WAYBILL_AUDIT_DATABASE_URL.',
    );
  }
  const { postgres } = await rememberedPorts(paths.name, ['postgres'] as const);
  return `postgres://postgres:${secretIn(secret)}@127.0.0.1:${postgres}/${LOCAL_DATABASE}`;
}
