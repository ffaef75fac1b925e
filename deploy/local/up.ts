import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { localDirectory } from './local-paths.ts';
import { printProgress, step } from './progress.ts';
import { startServers } from './servers/start-servers.ts';
import { MAIN_INSTALLATION } from './services/http-ports.ts';
import { startServices } from './services/start-services.ts';
import { Shutdown } from './shutdown.ts';

const HELP = `npm start [-- --tls]    PostgreSQL, RabbitMQ, MinIO and the five services, until Ctrl-C; data survives.

With --tls the broker, the object storage and the services speak TLS, by an authority of this checkout's own.

Servers are taken from the environment, else from a Docker engine, else installed and run privately under .local/ (needs root).

  WAYBILL_STACK_POSTGRES_URL           postgres://superuser:password@host:port/postgres
  WAYBILL_STACK_BROKER_URL             amqp://administrator:password@host:port     RabbitMQ 4.3 or newer; with it
  WAYBILL_STACK_BROKER_MANAGEMENT_URL  http://administrator:password@host:port     the HTTP API, and
  WAYBILL_STACK_TOKEN_KEY_FILE         Ed25519 private key (PEM) whose tokens that broker trusts
  WAYBILL_STACK_TOKEN_KEY_ID           its key id in the broker (default waybill-token-1)
  WAYBILL_STACK_S3_ENDPOINT            http://host:port; with it
  WAYBILL_STACK_S3_ACCESS_KEY, WAYBILL_STACK_S3_SECRET_KEY    an account that may create buckets
  WAYBILL_STACK_DOCKER=0               do not use Docker even if it answers
  WAYBILL_STACK_HTTP_PORT              first of the five services' ports (default 8080)
  WAYBILL_LOG_LEVEL                    trace, debug, info (default), warn, error
  OTEL_EXPORTER_OTLP_ENDPOINT          where traces and metrics go (default: nowhere)

Logs: .local/log    Administrator's password: .local/admin-password    Ports of the servers: .local/ports.json
`;

const options = readOptions();
if (options?.help) {
  process.stdout.write(HELP);
} else if (options) {
  const shutdown = new Shutdown();
  await shutdown.run(async () => {
    const { signal } = shutdown;
    const { tls } = options;
    const onDeath = shutdown.fail;
    const servers = await startServers({ instance: 'start', installation: MAIN_INSTALLATION, tls, signal, onDeath });
    shutdown.add(() => step(printProgress, 'Stopping the servers', () => servers.stop()));
    const services = await startServices({ servers, signal, onDeath });
    shutdown.add(() => step(printProgress, 'Stopping the services', () => services.stop()));
    servers.announce(services);
    printProgress(`Waybill is ready: ${services.gatewayUrl}`);
    printProgress(
      `  API documentation ${services.gatewayUrl}/docs, user admin, password in ${services.adminPasswordFile}`,
    );
    printProgress(
      `  agents connect to ${services.fleetUrl}; logs in ${join(localDirectory, 'log')}; Ctrl-C stops everything`,
    );
    const ca = servers.addresses.tls?.ca;
    if (ca) printProgress(`  everything speaks TLS: agents need --ca ${ca}, other clients must trust it too`);
    await shutdown.requested;
  });
}

/** @returns undefined after an argument that means nothing here: it is named, and nothing is started */
function readOptions(): { help: boolean; tls: boolean } | undefined {
  try {
    const options = { help: { type: 'boolean', default: false }, tls: { type: 'boolean', default: false } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(
      `npm start does not take this argument (${message}); its settings are variables, see npm start -- --help.\n`,
    );
    process.exitCode = 1;
    return undefined;
  }
}
