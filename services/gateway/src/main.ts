import { MessagingHealth, WaybillServer } from '@waybill/messaging';
import { startService } from '@waybill/platform';
import { configureHttp, streamsBody } from './configure-http.js';
import { GatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';

await startService({
  service: 'gateway',
  config: GatewayConfig,
  module: (config) => GatewayModule.of(config),
  transport: WaybillServer,
  health: MessagingHealth,
  configureHttp,
  streamsBody,
});
