import { readFileSync } from 'node:fs';
import type { ServiceName } from '@waybill/contracts';
import { applyTopology } from './topology/apply-topology.js';

/**
 * `node dist/apply-topology.js`: brings the broker up to date before services start. Environment:
 * - `WAYBILL_BROKER_ADMIN_URL`: `amqp://admin:password@host:port`
 * - `WAYBILL_BROKER_ADMIN_MANAGEMENT_URL`: `http://admin:password@host:port`; without it only exchanges and queues are declared
 * - `WAYBILL_VHOST_PREFIX`: default none
 * - `WAYBILL_BROKER_PASSWORD_<SERVICE>` (`GATEWAY`, `PACKAGE`, `FLEET`, `JOB_SCHEDULER`, `RESULT`): creates or updates that account
 * Every variable may be given as `<NAME>_FILE`.
 */
const SERVICES: readonly ServiceName[] = ['gateway', 'package', 'fleet', 'job-scheduler', 'result'];

function setting(name: string): string | undefined {
  const file = process.env[`${name}_FILE`];
  return file ? readFileSync(file, 'utf8').trim() : process.env[name] || undefined;
}

function passwords(): Partial<Record<ServiceName, string>> {
  const found = SERVICES.map(
    (service) => [service, setting(`WAYBILL_BROKER_PASSWORD_${service.replaceAll('-', '_').toUpperCase()}`)] as const,
  );
  return Object.fromEntries(found.filter(([, password]) => password !== undefined));
}

async function main(): Promise<void> {
  const brokerUrl = setting('WAYBILL_BROKER_ADMIN_URL');
  if (!brokerUrl)
    throw new Error(
      'WAYBILL_BROKER_ADMIN_URL is not set: give the address of a RabbitMQ administrator, e.g. amqp://admin:password@127.0.0.1:5672.',
    );
  await applyTopology({
    brokerUrl,
    managementUrl: setting('WAYBILL_BROKER_ADMIN_MANAGEMENT_URL'),
    vhostPrefix: setting('WAYBILL_VHOST_PREFIX'),
    passwords: passwords(),
  });
  process.stdout.write('The broker has the topology, policies and accounts of this version.\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
