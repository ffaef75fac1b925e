import { readFileSync } from 'node:fs';
import { AUDITED_SERVICES } from './schema/audit-schema.js';
import { installAudit } from './schema/install-audit.js';

/**
 * `node dist/install-audit.js`: makes the audit logs before services start; run again, it changes no entry. Environment:
 * - `WAYBILL_DATABASE_ADMIN_URL` (or `_FILE`): `postgres://admin:password@host:port/database`, an account that may create roles
 *   and schemas. The services' own accounts cannot make their logs, so that they cannot unmake them.
 * The login role of each service must exist under the service's name with underscores, e.g. `job_scheduler`.
 */
function adminUrl(): string {
  const file = process.env['WAYBILL_DATABASE_ADMIN_URL_FILE'];
  const url = file ? readFileSync(file, 'utf8').trim() : process.env['WAYBILL_DATABASE_ADMIN_URL'];
  if (url) return url;
  throw new Error(
    'WAYBILL_DATABASE_ADMIN_URL is not set: give the address of an administrator of the database, e.g. postgres://postgres:password@127.0.0.1:5432/waybill.',
  );
}

async function main(): Promise<void> {
  await installAudit(
    adminUrl(),
    AUDITED_SERVICES.map((service) => ({ service, role: service.replaceAll('-', '_') })),
  );
  process.stdout.write('The database has the audit logs of this version.\n');
}

main().catch((error: unknown) => {
  const { message, code } = error as NodeJS.ErrnoException;
  process.stderr.write(`The audit logs could not be made: ${message || code}\n`);
  process.exitCode = 1;
});
