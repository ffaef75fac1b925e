import { MessagingHealth, WaybillServer } from '@waybill/messaging';
import { loadConfig, runService } from '@waybill/platform';
import { ResultConfig } from './result.config.js';
import { ResultModule } from './result.module.js';

const config = loadConfig(ResultConfig);
await runService(ResultModule.of(config), {
  service: 'result',
  host: config.httpHost,
  port: config.httpPort,
  transport: WaybillServer,
  health: MessagingHealth,
});
