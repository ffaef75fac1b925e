import { MessagingHealth, WaybillServer } from '@waybill/messaging';
import { startService } from '@waybill/platform';
import { JobSchedulerConfig } from './config/job-scheduler.config.js';
import { JobSchedulerModule } from './job-scheduler.module.js';

await startService({
  service: 'job-scheduler',
  config: JobSchedulerConfig,
  module: (config) => JobSchedulerModule.with(config),
  transport: WaybillServer,
  health: MessagingHealth,
});
