/** Writes services/gateway/openapi.json from the code: `node dist/openapi/write-document.js`. Needs no server. */
import { writeFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { RpcClient } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { ReadAudit } from '../audit/read-audit.query.js';
import { setApiPrefix } from '../api-prefix.js';
import { CONTROLLERS } from '../controllers.js';
import { GatewayConfig } from '../gateway.config.js';
import { OrderAgain } from '../job-templates/order-again.js';
import { JobViews } from '../jobs/job-views.service.js';
import { LiveEvents } from '../live/live-events.js';
import { OidcProvider } from '../oidc/oidc-provider.js';
import { PEOPLE } from '../people.js';
import { OBJECT_STORAGE } from '../object-storage.token.js';
import { WEBHOOKS } from '../webhooks/webhooks.providers.js';
import { buildDocument } from './document.js';

/** What the controllers ask for; nothing of it is called while their routes are read. */
const NEVER_CALLED = [
  RpcClient,
  DataSource,
  OBJECT_STORAGE,
  JobViews,
  OrderAgain,
  LiveEvents,
  UnitOfWork,
  ReadAudit,
  OidcProvider,
  GatewayConfig,
  ...PEOPLE,
  ...WEBHOOKS,
];

@Module({ controllers: CONTROLLERS, providers: NEVER_CALLED.map((provide) => ({ provide, useValue: {} })) })
class RoutesModule {}

const app = await NestFactory.create<NestExpressApplication>(RoutesModule, { logger: false, abortOnError: false });
setApiPrefix(app);
await app.init();
const target = new URL('../../openapi.json', import.meta.url);
writeFileSync(target, JSON.stringify(buildDocument(app), null, 2) + '\n');
await app.close();
