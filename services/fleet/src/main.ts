import { Module } from '@nestjs/common';
import { MessagingHealth, WaybillServer } from '@waybill/messaging';
import { ConfigError, loadConfig, runService } from '@waybill/platform';
import { FleetConfig } from './config/fleet.config.js';
import { BODY_LIMIT, configureHttp } from './fleet-http.js';
import { FleetModule } from './fleet.module.js';

async function main(): Promise<void> {
  const config = loadConfig(FleetConfig);

  @Module({ imports: [FleetModule.with(config)] })
  class Process {}

  await runService(Process, {
    service: 'fleet',
    host: config.httpHost,
    port: config.httpPort,
    transport: WaybillServer,
    health: MessagingHealth,
    configureHttp,
    bodyLimit: BODY_LIMIT,
  });
}

await main().catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`fleet cannot start: ${error.message}\n`);
  process.exit(1);
});
