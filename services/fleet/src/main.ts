import { MessagingHealth, WaybillServer } from '@waybill/messaging';
import { startService } from '@waybill/platform';
import { FleetConfig } from './config/fleet.config.js';
import { BODY_LIMIT, configureHttp } from './fleet-http.js';
import { FleetModule } from './fleet.module.js';

await startService({
  service: 'fleet',
  config: FleetConfig,
  module: (config) => FleetModule.with(config),
  transport: WaybillServer,
  health: MessagingHealth,
  configureHttp,
  bodyLimit: BODY_LIMIT,
});
