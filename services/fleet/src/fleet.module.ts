import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { AuditModule } from '@waybill/audit';
import { FLEET_RPC } from '@waybill/contracts';
import { MessagingModule } from '@waybill/messaging';
import { S3ObjectStorage } from '@waybill/object-storage';
import { PersistenceModule } from '@waybill/persistence';
import { freshText, HealthModule, LoggingModule } from '@waybill/platform';
import { brokerProviders } from './broker.providers.js';
import { ComputersController } from './computers/computers.controller.js';
import { ComputersRepository } from './computers/computers.repository.js';
import { ListSoftware } from './computers/list-software.query.js';
import { RemoveComputer } from './computers/remove-computer.js';
import { UpdateComputer } from './computers/update-computer.js';
import { FleetConfig } from './config/fleet.config.js';
import { ReadCatalogue } from './catalogue/read-catalogue.query.js';
import { ReadDesiredState } from './desired-state/read-desired-state.query.js';
import { DOOR } from './door.js';
import { AGENT_STORAGE, IssueTicket } from './downloads/issue-ticket.js';
import { FollowComputers } from './dynamic-groups/follow-computers.js';
import { MembershipChecksRepository } from './dynamic-groups/membership-checks.repository.js';
import { MembershipFollower } from './dynamic-groups/membership-follower.js';
import { PreviewGroup } from './dynamic-groups/preview-group.query.js';
import { SettledMembers } from './dynamic-groups/settled-members.js';
import { CreateEnrolmentToken } from './enrolment/create-enrolment-token.js';
import { EnrolComputer } from './enrolment/enrol-computer.js';
import { EnrolmentTokensController } from './enrolment/enrolment-tokens.controller.js';
import { EnrolmentTokensRepository } from './enrolment/enrolment-tokens.repository.js';
import { RemoveEnrolmentToken } from './enrolment/remove-enrolment-token.js';
import { ChangeMembers } from './groups/change-members.js';
import { CreateGroup } from './groups/create-group.js';
import { GroupsController } from './groups/groups.controller.js';
import { GroupsRepository } from './groups/groups.repository.js';
import { MembershipAnnouncer } from './groups/membership-announcer.js';
import { MembershipsRepository } from './groups/memberships.repository.js';
import { RemoveGroup } from './groups/remove-group.js';
import { WindowsAnnouncer } from './windows/windows-announcer.js';
import { UpdateGroup } from './groups/update-group.js';
import { RemoveRetiredStreams } from './groups/remove-retired-streams.js';
import { StoreInventory } from './inventory/store-inventory.js';
import { FLEET_PERSISTENCE } from './persistence.options.js';
import { PresenceLifecycle } from './presence/presence.lifecycle.js';
import { PresenceRepository } from './presence/presence.repository.js';
import { ReadinessChecks } from './readiness-checks.js';
import { CloseRevoked } from './sessions/close-revoked.js';
import { KEYS } from './sessions/keys.js';
import { IssueToken } from './sessions/issue-token.js';
import { NoteKeySet } from './sessions/note-key-set.js';
import { ReadSession } from './sessions/read-session.query.js';
import { RevocationsRepository } from './sessions/revocations.repository.js';
import { UsedAssertionsRepository } from './sessions/used-assertions.repository.js';
import { PreviewTargets } from './targets/preview-targets.query.js';
import { ResolveTargets } from './targets/resolve-targets.query.js';
import { TargetsController } from './targets/targets.controller.js';
import { FleetTimers } from './timing/fleet.timers.js';

/** Requests of the other services. */
const ANSWERS = [ComputersController, GroupsController, EnrolmentTokensController, TargetsController];

const USE_CASES = [
  EnrolComputer,
  CreateEnrolmentToken,
  RemoveEnrolmentToken,
  IssueToken,
  NoteKeySet,
  ReadSession,
  CloseRevoked,
  UpdateComputer,
  RemoveComputer,
  ListSoftware,
  CreateGroup,
  RemoveGroup,
  UpdateGroup,
  WindowsAnnouncer,
  PreviewGroup,
  FollowComputers,
  SettledMembers,
  ChangeMembers,
  RemoveRetiredStreams,
  StoreInventory,
  PreviewTargets,
  ResolveTargets,
  IssueTicket,
  ReadDesiredState,
  ReadCatalogue,
];

const REPOSITORIES = [
  ComputersRepository,
  EnrolmentTokensRepository,
  GroupsRepository,
  MembershipChecksRepository,
  MembershipsRepository,
  MembershipAnnouncer,
  PresenceRepository,
  RevocationsRepository,
  UsedAssertionsRepository,
];

const STORAGE: Provider = {
  provide: AGENT_STORAGE,
  inject: [FleetConfig],
  useFactory: (config: FleetConfig) =>
    new S3ObjectStorage({
      endpoint: config.s3Endpoint,
      publicEndpoint: config.s3PublicEndpoint,
      accessKey: config.s3AccessKey,
      secretKey: config.s3SecretKey,
      bucket: config.s3Bucket,
      region: config.s3Region,
    }),
};

/** The service put together: what it answers, what it stores, what it does by itself. */
@Module({})
export class FleetModule {
  static with(config: FleetConfig): DynamicModule {
    return {
      module: FleetModule,
      imports: [
        LoggingModule.forRoot('fleet', config.logLevel),
        HealthModule,
        PersistenceModule.forRootAsync({
          ...FLEET_PERSISTENCE,
          useFactory: () => ({ url: config.databaseUrl, pool: config.databasePool }),
        }),
        AuditModule.forService('fleet', FLEET_RPC.auditList),
        MessagingModule.forRootAsync({
          service: 'fleet',
          useFactory: () => {
            const { brokerUrl, vhostPrefix } = config;
            return { brokerUrl, vhostPrefix, actorPublicKeys: freshText(config, 'actorPublicKeys') };
          },
          vhosts: ['services', 'agents'],
          outbox: true,
        }),
      ],
      controllers: [...ANSWERS, ...DOOR],
      providers: [
        { provide: FleetConfig, useValue: config },
        ...KEYS,
        ...brokerProviders,
        STORAGE,
        ...REPOSITORIES,
        ...USE_CASES,
        PresenceLifecycle,
        MembershipFollower,
        FleetTimers,
        ReadinessChecks,
      ],
    };
  }
}
