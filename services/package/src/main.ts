import { Module } from '@nestjs/common';
import { MessagingHealth, WaybillServer } from '@waybill/messaging';
import { ConfigError, loadConfig, runService } from '@waybill/platform';
import { PackageConfig } from './config/package.config.js';
import { PackageModule } from './package.module.js';

async function main(): Promise<void> {
  const config = loadConfig(PackageConfig);

  @Module({ imports: [PackageModule.with(config)] })
  class Process {}

  await runService(Process, {
    service: 'package',
    host: config.httpHost,
    port: config.httpPort,
    transport: WaybillServer,
    health: MessagingHealth,
  });
}

await main().catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`package cannot start: ${error.message}\n`);
  process.exit(1);
});
