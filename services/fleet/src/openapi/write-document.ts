/** Writes services/fleet/openapi.json from the code: `node dist/openapi/write-document.js`. Needs no server. */
import { writeFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ReadCatalogue } from '../catalogue/read-catalogue.query.js';
import { ReadDesiredState } from '../desired-state/read-desired-state.query.js';
import { DOOR } from '../door.js';
import { IssueTicket } from '../downloads/issue-ticket.js';
import { EnrolComputer } from '../enrolment/enrol-computer.js';
import { StoreInventory } from '../inventory/store-inventory.js';
import { IssueToken } from '../sessions/issue-token.js';
import { ReadSession } from '../sessions/read-session.query.js';
import { KeyRing } from '@waybill/trust';
import { buildDoorDocument } from './door-document.js';

/** What the controllers ask for; nothing of it is called while their routes are read. */
const NEVER_CALLED = [
  EnrolComputer,
  IssueToken,
  ReadSession,
  StoreInventory,
  IssueTicket,
  ReadDesiredState,
  ReadCatalogue,
  KeyRing,
];

@Module({ controllers: DOOR, providers: NEVER_CALLED.map((provide) => ({ provide, useValue: {} })) })
class RoutesModule {}

const app = await NestFactory.create(RoutesModule, { logger: false });
await app.init();
writeFileSync(new URL('../../openapi.json', import.meta.url), JSON.stringify(buildDoorDocument(app), null, 2) + '\n');
await app.close();
