import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AuditModule } from '@waybill/audit';
import { MessagingModule } from '@waybill/messaging';
import { S3ObjectStorage } from '@waybill/object-storage';
import { DatabaseHealth, PersistenceModule } from '@waybill/persistence';
import { freshText, HealthModule, HealthRegistry, LoggingModule } from '@waybill/platform';
import { ReadAudit } from './audit/read-audit.query.js';
import { CONTROLLERS } from './controllers.js';
import { GatewayConfig } from './gateway.config.js';
import { GATEWAY_PERSISTENCE } from './gateway.persistence.js';
import { Housekeeping } from './housekeeping/housekeeping.js';
import { DeclaredQueryGuard } from './http/declared-query.guard.js';
import { EtagInterceptor } from './http/etag.interceptor.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { IdempotentRequestsRepository } from './idempotency/idempotent-requests.repository.js';
import { OrderAgain } from './job-templates/order-again.js';
import { JobViews } from './jobs/job-views.service.js';
import { LiveEvents } from './live/live-events.js';
import { OBJECT_STORAGE } from './object-storage.token.js';
import { OidcProvider } from './oidc/oidc-provider.js';
import { oidcSettings } from './oidc/oidc-settings.js';
import { PEOPLE } from './people.js';
import { AccessGuard } from './session/access.guard.js';
import { ActorInterceptor } from './session/actor.interceptor.js';
import { WEBHOOKS } from './webhooks/webhooks.providers.js';

/** The REST service put together. */
@Module({})
export class GatewayModule {
  constructor(health: HealthRegistry, database: DatabaseHealth) {
    health.register('database', () => database.check());
  }

  static of(config: GatewayConfig): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        LoggingModule.forRoot('gateway', config.logLevel),
        HealthModule,
        PersistenceModule.forRootAsync({
          ...GATEWAY_PERSISTENCE,
          useFactory: () => ({ url: config.databaseUrl, pool: config.databasePool }),
        }),
        AuditModule.forService('gateway'),
        MessagingModule.forRootAsync({
          service: 'gateway',
          useFactory: () => {
            const { brokerUrl, vhostPrefix } = config;
            return { brokerUrl, vhostPrefix, actorKey: freshText(config, 'actorKey') };
          },
          vhosts: ['services'],
        }),
      ],
      controllers: CONTROLLERS,
      providers: [
        { provide: GatewayConfig, useValue: config },
        { provide: OBJECT_STORAGE, useValue: storageOf(config) },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: DeclaredQueryGuard },
        { provide: APP_INTERCEPTOR, useClass: ActorInterceptor },
        { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        ...PEOPLE,
        { provide: OidcProvider, useValue: new OidcProvider(oidcSettings(config)) },
        IdempotentRequestsRepository,
        Housekeeping,
        ReadAudit,
        JobViews,
        OrderAgain,
        LiveEvents,
        ...WEBHOOKS,
      ],
    };
  }
}

function storageOf(config: GatewayConfig): S3ObjectStorage {
  return new S3ObjectStorage({
    endpoint: config.s3Endpoint,
    publicEndpoint: config.s3PublicEndpoint,
    accessKey: config.s3AccessKey,
    secretKey: config.s3SecretKey,
    bucket: config.s3Bucket,
    region: config.s3Region,
  });
}
