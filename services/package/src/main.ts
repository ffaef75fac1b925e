import { MessagingHealth, WaybillServer } from '@waybill/messaging';
import { startService } from '@waybill/platform';
import { PackageConfig } from './config/package.config.js';
import { PackageModule } from './package.module.js';

await startService({
  service: 'package',
  config: PackageConfig,
  module: (config) => PackageModule.with(config),
  transport: WaybillServer,
  health: MessagingHealth,
});
