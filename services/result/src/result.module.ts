import { type DynamicModule, Global, Module } from '@nestjs/common';
import { MessagingModule } from '@waybill/messaging';
import { DatabaseHealth, PersistenceModule } from '@waybill/persistence';
import { freshText, HealthModule, HealthRegistry, LoggingModule } from '@waybill/platform';
import { AnomaliesController } from './anomalies/anomalies.controller.js';
import { ListAnomalies } from './anomalies/list-anomalies.query.js';
import { StoreAnomalies } from './anomalies/store-anomalies.js';
import { ArchiveJob } from './archive/archive-job.handler.js';
import { ArchiveTimer } from './archive/archive.timer.js';
import { EmptyArchived } from './archive/empty-archived.js';
import { JobArchivedConsumer } from './archive/job-archived.consumer.js';
import { AssignTargets } from './assignment/assign-targets.handler.js';
import { GatherStatistics } from './assignment/gather-statistics.js';
import { TargetsAssignedConsumer } from './assignment/targets-assigned.consumer.js';
import { CancelRun } from './cancellation/cancel-run.handler.js';
import { ComputersToldConsumer } from './rollout/computers-told.consumer.js';
import { TargetsLeftConsumer } from './targets/targets-left.consumer.js';
import { WaveReleasedConsumer } from './rollout/wave-released.consumer.js';
import { ClosingConsumer } from './cancellation/closing.consumer.js';
import { EndGrace } from './cancellation/end-grace.js';
import { GraceTimer } from './cancellation/grace.timer.js';
import { RemoveComputer } from './cancellation/remove-computer.handler.js';
import { ChangesController } from './changes/changes.controller.js';
import { ForgetChanges } from './changes/forget-changes.js';
import { ReadChanges } from './changes/read-changes.query.js';
import { DATABASE } from './database/database-options.js';
import { PreparedSql } from './database/prepared-sql.js';
import { ForgetDownloads } from './downloads/forget-downloads.handler.js';
import { JobEndedConsumer } from './downloads/job-ended.consumer.js';
import { ProgressReportsConsumer } from './downloads/progress-reports.consumer.js';
import { EndedTimer } from './ended/ended.timer.js';
import { TellEnded } from './ended/tell-ended.js';
import { ExecutionsController } from './executions/executions.controller.js';
import { GetExecution } from './executions/get-execution.query.js';
import { ListExecutions } from './executions/list-executions.query.js';
import { ListAtWork } from './executions/at-work.query.js';
import { OpenOfComputer } from './executions/open-of-computer.query.js';
import { SummarizeJobs } from './executions/summarize-jobs.query.js';
import { EndTimedOut } from './timeouts/end-timed-out.js';
import { TimeoutsTimer } from './timeouts/timeouts.timer.js';
import { HousekeepingTimer } from './housekeeping/housekeeping.timer.js';
import { IngestReports } from './ingest/ingest-reports.handler.js';
import { StatusReportsConsumer } from './ingest/status-reports.consumer.js';
import { FlushProgress } from './progress/flush-progress.js';
import { ProgressTimer } from './progress/progress.timer.js';
import { RecordRefusals } from './refusals/record-refusals.handler.js';
import { ReopenExecutionsHandler } from './reopening/reopen-executions.handler.js';
import { ReopeningController } from './reopening/reopening.controller.js';
import { ReportJob } from './report/job-report.query.js';
import { ResultConfig } from './result.config.js';
import { CountStuck } from './stuck/count-stuck.query.js';
import { StuckGauge } from './stuck/stuck.gauge.js';
import { JoinExecutionsHandler } from './joining/join-executions.handler.js';
import { JoiningController } from './joining/joining.controller.js';
import { LimitDeadLetters } from './unusable/limit-dead-letters.js';

const CONTROLLERS = [
  AnomaliesController,
  ChangesController,
  ClosingConsumer,
  ComputersToldConsumer,
  TargetsLeftConsumer,
  WaveReleasedConsumer,
  ExecutionsController,
  JobArchivedConsumer,
  JobEndedConsumer,
  JoiningController,
  ProgressReportsConsumer,
  ReopeningController,
  StatusReportsConsumer,
  TargetsAssignedConsumer,
];

const USE_CASES = [
  ArchiveJob,
  AssignTargets,
  CancelRun,
  CountStuck,
  EmptyArchived,
  EndGrace,
  EndTimedOut,
  FlushProgress,
  ForgetChanges,
  ForgetDownloads,
  GatherStatistics,
  GetExecution,
  IngestReports,
  JoinExecutionsHandler,
  ListAnomalies,
  LimitDeadLetters,
  ListExecutions,
  ListAtWork,
  OpenOfComputer,
  PreparedSql,
  ReadChanges,
  RemoveComputer,
  RecordRefusals,
  ReopenExecutionsHandler,
  ReportJob,
  StoreAnomalies,
  SummarizeJobs,
  TellEnded,
];

const TIMERS = [ArchiveTimer, EndedTimer, GraceTimer, HousekeepingTimer, ProgressTimer, TimeoutsTimer];

const GAUGES = [StuckGauge];

/** The configuration, for every module of the process. */
@Global()
@Module({})
class ConfigModule {
  static of(config: ResultConfig): DynamicModule {
    return { module: ConfigModule, providers: [{ provide: ResultConfig, useValue: config }], exports: [ResultConfig] };
  }
}

/** Composition root of the result service. */
@Module({})
export class ResultModule {
  constructor(health: HealthRegistry, database: DatabaseHealth) {
    health.register(database.name, () => database.check());
  }

  static of(config: ResultConfig): DynamicModule {
    return {
      module: ResultModule,
      imports: [
        ConfigModule.of(config),
        LoggingModule.forRoot('result', config.logLevel),
        HealthModule,
        PersistenceModule.forRootAsync({
          ...DATABASE,
          inject: [ResultConfig],
          useFactory: ({ databaseUrl, databasePool }: ResultConfig) => ({ url: databaseUrl, pool: databasePool }),
        }),
        MessagingModule.forRootAsync({
          service: 'result',
          inject: [ResultConfig],
          useFactory: (settings: ResultConfig) => ({
            brokerUrl: settings.brokerUrl,
            vhostPrefix: settings.vhostPrefix,
            actorPublicKeys: freshText(settings, 'actorPublicKeys'),
          }),
          vhosts: ['services', 'agents'],
          outbox: true,
        }),
      ],
      controllers: CONTROLLERS,
      providers: [...USE_CASES, ...TIMERS, ...GAUGES],
    };
  }
}
