import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '@waybill/audit';
import { JOB_RPC } from '@waybill/contracts';
import { MessagingModule } from '@waybill/messaging';
import { DatabaseHealth, PersistenceModule } from '@waybill/persistence';
import { freshText, HealthModule, HealthRegistry, LoggingModule } from '@waybill/platform';
import { ApproveJobHandler } from './approval/approve-job.handler.js';
import { PauseJobHandler } from './cancellation/pause-job.handler.js';
import { ArchiveJobs } from './archive/archive-jobs.js';
import { ArchiveTimer } from './archive/archive.timer.js';
import { CancelJobHandler } from './cancellation/cancel-job.handler.js';
import { CatalogueConsumer } from './catalogue/catalogue.consumer.js';
import { CategoryLookup } from './catalogue/category-lookup.js';
import { GroupLookup } from './catalogue/group-lookup.js';
import { GroupsRepository } from './catalogue/groups.repository.js';
import { VersionLookup } from './catalogue/version-lookup.js';
import { Withdrawals } from './catalogue/withdrawals.js';
import { VersionsRepository } from './catalogue/versions.repository.js';
import { VersionTrust } from './catalogue/version-trust.js';
import { JobSchedulerConfig } from './config/job-scheduler.config.js';
import { KEYS } from './config/keys.js';
import { AnomalyConsumer } from './dispatch/anomaly.consumer.js';
import { AuthorizeDownloadHandler } from './dispatch/authorize-download.handler.js';
import { CommandDispatcher } from './dispatch/command-dispatcher.js';
import { CommandPlanner } from './dispatch/command-planner.js';
import { CommandsForHandler } from './dispatch/commands-for.handler.js';
import { ExecutionsReadyConsumer } from './dispatch/executions-ready.consumer.js';
import { StreamsRepository } from './dispatch/streams.repository.js';
import { CreateJobHandler } from './jobs/create-job.handler.js';
import { EffectsService } from './jobs/effects.service.js';
import { GetJobHandler } from './jobs/get-job.handler.js';
import { JobEngine } from './jobs/job-engine.js';
import { JobViews } from './jobs/job-views.js';
import { JobsRepository } from './jobs/jobs.repository.js';
import { ListJobsHandler } from './jobs/list-jobs.handler.js';
import { OrderChecks } from './jobs/order-checks.service.js';
import { JOB_SCHEDULER_PERSISTENCE } from './persistence.options.js';
import { PreviewJobHandler } from './preview/preview-job.handler.js';
import { JobProgressedConsumer } from './progress/job-progressed.consumer.js';
import { OfferRequestsController } from './offers/offer-requests.controller.js';
import { OfferRequestsRepository } from './offers/offer-requests.repository.js';
import { OfferedJob } from './offers/offered-job.js';
import { OffersController } from './offers/offers.controller.js';
import { OffersRepository } from './offers/offers.repository.js';
import { SelfServiceController } from './offers/self-service.controller.js';
import { EndSeries } from './recurrence/end-series.js';
import { MakeRuns } from './recurrence/make-runs.js';
import { SeriesRepository } from './recurrence/series.repository.js';
import { ReexecuteJobHandler } from './reexecution/reexecute-job.handler.js';
import { ReexecuteWork } from './reexecution/reexecute.work.js';
import { ReexecutionsRepository } from './reexecution/reexecutions.repository.js';
import { PresenceWork } from './rollout/presence.work.js';
import { ReleasePart } from './rollout/release-part.js';
import { Obstacles } from './rollout/obstacles.js';
import { ResumeJobHandler } from './rollout/resume-job.handler.js';
import { JoinedTargets } from './targets/joined-targets.js';
import { LeftTargets } from './targets/left-targets.js';
import { MemberChanges } from './targets/member-changes.js';
import { MembersChangedConsumer } from './targets/members-changed.consumer.js';
import { FilterChecks } from './targets/filter-checks.js';
import { KnownComputers } from './targets/known-computers.js';
import { ResolveTargetsWork } from './targets/resolve-targets.work.js';
import { TargetAssigner } from './targets/target-assigner.js';
import { TargetsRepository } from './targets/targets.repository.js';
import { JobOrderHandler } from './templates/job-order.handler.js';
import { OrdersRepository } from './templates/orders.repository.js';
import { TemplatesController } from './templates/templates.controller.js';
import { TemplatesRepository } from './templates/templates.repository.js';
import { FireTransitions } from './timers/fire-transitions.js';
import { TimerLoop } from './timers/timer-loop.js';
import { TimerWork } from './timers/timer-work.js';
import { TimersRepository } from './timers/timers.repository.js';

const REQUESTS = [
  CreateJobHandler,
  PreviewJobHandler,
  GetJobHandler,
  ListJobsHandler,
  CancelJobHandler,
  PauseJobHandler,
  ResumeJobHandler,
  ApproveJobHandler,
  ReexecuteJobHandler,
  JobOrderHandler,
  TemplatesController,
  OffersController,
  OfferRequestsController,
  SelfServiceController,
  CommandsForHandler,
  AuthorizeDownloadHandler,
];
const EVENTS = [
  CatalogueConsumer,
  MembersChangedConsumer,
  ExecutionsReadyConsumer,
  JobProgressedConsumer,
  AnomalyConsumer,
];

const REPOSITORIES = [
  JobsRepository,
  TimersRepository,
  TargetsRepository,
  JoinedTargets,
  LeftTargets,
  MemberChanges,
  StreamsRepository,
  ReexecutionsRepository,
  OrdersRepository,
  SeriesRepository,
  TemplatesRepository,
  OffersRepository,
  OfferRequestsRepository,
  OfferedJob,
  VersionsRepository,
  GroupsRepository,
];
const ENGINE = [JobEngine, EffectsService, CommandPlanner, CommandDispatcher, TargetAssigner, MakeRuns, EndSeries];
const LOOKUPS = [
  OrderChecks,
  CategoryLookup,
  VersionLookup,
  VersionTrust,
  JobViews,
  GroupLookup,
  KnownComputers,
  FilterChecks,
  Withdrawals,
  Obstacles,
  ReleasePart,
];
const TIMERS = [
  ArchiveJobs,
  ArchiveTimer,
  TimerLoop,
  FireTransitions,
  TimerWork,
  ResolveTargetsWork,
  ReexecuteWork,
  PresenceWork,
];

/** The service put together: what it answers, what it listens to, what it does by itself. */
@Module({})
export class JobSchedulerModule {
  constructor(health: HealthRegistry, database: DatabaseHealth, timers: TimerLoop) {
    health.register(database.name, () => database.check());
    health.register('timers', () => timers.trouble);
  }

  static with(config: JobSchedulerConfig): DynamicModule {
    return {
      module: JobSchedulerModule,
      imports: [
        LoggingModule.forRoot('job-scheduler', config.logLevel),
        HealthModule,
        PersistenceModule.forRootAsync({
          ...JOB_SCHEDULER_PERSISTENCE,
          useFactory: () => ({ url: config.databaseUrl, pool: config.databasePool }),
        }),
        AuditModule.forService('job-scheduler', JOB_RPC.auditList),
        MessagingModule.forRootAsync({
          service: 'job-scheduler',
          useFactory: () => {
            const { brokerUrl, vhostPrefix } = config;
            return { brokerUrl, vhostPrefix, actorPublicKeys: freshText(config, 'actorPublicKeys') };
          },
          vhosts: ['services', 'agents'],
          outbox: true,
        }),
      ],
      controllers: [...REQUESTS, ...EVENTS],
      providers: [
        { provide: JobSchedulerConfig, useValue: config },
        ...KEYS,
        ...REPOSITORIES,
        ...ENGINE,
        ...LOOKUPS,
        ...TIMERS,
      ],
    };
  }
}
