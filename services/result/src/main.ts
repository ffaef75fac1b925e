import { MessagingHealth, WaybillServer } from '@waybill/messaging';
import { startService } from '@waybill/platform';
import { ResultConfig } from './result.config.js';
import { ResultModule } from './result.module.js';

await startService({
  service: 'result',
  config: ResultConfig,
  module: (config) => ResultModule.of(config),
  transport: WaybillServer,
  health: MessagingHealth,
});
