import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { allows, invalid, notFound, type PageQuery, type Permission, PERMISSIONS } from '@waybill/contracts';
import { keysetPage } from '@waybill/persistence';
import { ArrayMinSize, ArrayUnique, IsArray, IsIn, IsISO8601, IsOptional, IsString, Length } from 'class-validator';
import { DataSource } from 'typeorm';
import { GatewayConfig } from '../gateway.config.js';
import { IdPipe } from '../http/id.pipe.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import { CredentialsRepository } from '../session/credentials.repository.js';
import { Caller, credentialsOf, demandLogin, type Principal } from '../session/principal.js';
import { API_TOKEN_LIST, type ApiTokenRow } from './api-tokens.list.js';
import type { ApiTokenCreated, ApiTokenList, ApiTokenView } from './api-tokens.views.js';

/** Body of `POST /api-tokens`. */
export class CreateApiToken {
  /** what it is for, e.g. `nightly-ci` */
  @IsString() @Length(1, 100) name: string;
  /** default: in 90 days; at most a year from now unless the installation sets `WAYBILL_API_TOKEN_MAX_DAYS` */
  @IsOptional() @IsISO8601({ strict: true }) expiresAt?: string;
  /** permissions that it is limited to, e.g. `["packages.read"]`; absent: all that its account has. It never has more than its account. */
  @IsOptional() @IsArray() @ArrayMinSize(1) @ArrayUnique() @IsIn(PERMISSIONS, { each: true }) scopes?: Permission[];
}

const DEFAULT_DAYS = 90;
const DAY_MS = 86_400_000;

@ApiTags('api-tokens')
@Controller('api-tokens')
export class ApiTokensController {
  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly dataSource: DataSource,
    private readonly config: GatewayConfig,
  ) {}

  /** Makes an API token; its secret is in this answer only. */
  @Post()
  @Answers(201, 'ApiTokenCreated', 'The token with its secret, shown once.')
  @Problems('apiToken.expiryPast', 'apiToken.expiryTooFar', 'apiToken.scopeBeyondAccount', 'session.loginRequired')
  async create(@Body() body: CreateApiToken, @Caller() caller: Principal): Promise<ApiTokenCreated> {
    demandLogin(caller);
    checkScopes(body.scopes ?? [], caller);
    const expiresAt = this.expiry(body.expiresAt);
    const order = {
      kind: 'apiToken' as const,
      name: body.name,
      accountId: caller.accountId,
      expiresAt,
      scopes: body.scopes ?? null,
      address: caller.actor.address,
    };
    const { credential, secret } = await this.credentials.issue(order, { session: caller.credentialId });
    return {
      id: credential.id,
      name: credential.name,
      account: caller.username,
      scopes: credential.scopes,
      createdAt: credential.createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      lastUsedAt: null,
      secret,
    };
  }

  private expiry(wanted: string | undefined): Date {
    const { apiTokenMaxDays: days } = this.config;
    if (wanted === undefined) return new Date(Date.now() + Math.min(DEFAULT_DAYS, days) * DAY_MS);
    const expiresAt = new Date(wanted);
    // week and ordinal dates are ISO 8601, but no moments here
    if (Number.isNaN(expiresAt.getTime()))
      throw badExpiry('request.invalid', 'must be a date and time, e.g. 2027-01-31T00:00:00Z');
    if (expiresAt.getTime() <= Date.now()) throw badExpiry('apiToken.expiryPast', 'must lie in the future');
    const latest = new Date(Date.now() + days * DAY_MS);
    if (expiresAt > latest)
      throw badExpiry(
        'apiToken.expiryTooFar',
        `must be at most ${days} days from now, that is, by ${latest.toISOString()}`,
      );
    return expiresAt;
  }

  /** One’s own API tokens, with the permission accounts.read everybody’s; without their secrets. */
  @Get()
  @ApiListQuery('id, name, account, createdAt, expiresAt')
  @Answers(200, 'ApiTokenList', 'One page of tokens.')
  async list(@ListQuery() query: PageQuery, @Caller() caller: Principal): Promise<ApiTokenList> {
    const whose = credentialsOf(caller, 'accounts.read');
    const page = await keysetPage<ApiTokenRow>(this.dataSource, API_TOKEN_LIST, query, [whose]);
    return { items: page.items.map(toView), nextCursor: page.nextCursor };
  }

  /** Revokes a token at once: one’s own, or with the permission accounts.write anybody’s. */
  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'The token is no longer valid.')
  @Problems('apiToken.notFound', 'session.loginRequired')
  async revoke(@Param('id', IdPipe) id: string, @Caller() caller: Principal): Promise<void> {
    demandLogin(caller);
    if (!(await this.credentials.revoke('apiToken', id, credentialsOf(caller, 'accounts.write')))) {
      throw notFound('apiToken.notFound', `There is no API token ${id}.`);
    }
  }
}

const toView = (row: ApiTokenRow): ApiTokenView => ({
  id: row.id,
  name: row.name,
  account: row.account,
  scopes: row.scopes,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
});

const badExpiry = (code: string, message: string) =>
  invalid(code, `expiresAt ${message}.`, [{ pointer: '/expiresAt', message }]);

/** @throws invalid `apiToken.scopeBeyondAccount`: such a scope would do nothing, which its maker should know */
function checkScopes(scopes: readonly Permission[], { actor }: Principal): void {
  const beyond = scopes.map((scope, i) => ({ scope, i })).filter(({ scope }) => !allows(actor, scope));
  if (beyond.length === 0) return;
  throw invalid(
    'apiToken.scopeBeyondAccount',
    'The token cannot be limited to permissions that you do not have.',
    beyond.map(({ scope, i }) => ({ pointer: `/scopes/${i}`, message: `you do not have ${scope}` })),
  );
}
