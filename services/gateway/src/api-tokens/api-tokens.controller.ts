import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { invalid, notFound, type PageQuery } from '@waybill/contracts';
import { keysetPage } from '@waybill/persistence';
import { IsISO8601, IsOptional, IsString, Length } from 'class-validator';
import { DataSource } from 'typeorm';
import { IdPipe } from '../http/id.pipe.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import { CredentialsRepository } from '../session/credentials.repository.js';
import { Caller, type Principal } from '../session/principal.js';
import { API_TOKEN_LIST, type ApiTokenRow } from './api-tokens.list.js';
import type { ApiTokenCreated, ApiTokenList, ApiTokenView } from './api-tokens.views.js';

/** Body of `POST /api-tokens`. */
export class CreateApiToken {
  /** what it is for, e.g. `nightly-ci` */
  @IsString() @Length(1, 100) name: string;
  /** default: in 90 days */
  @IsOptional() @IsISO8601({ strict: true }) expiresAt?: string;
}

const DEFAULT_DAYS = 90;

@ApiTags('api-tokens')
@Controller('api-tokens')
export class ApiTokensController {
  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly dataSource: DataSource,
  ) {}

  /** Makes an API token; its secret is in this answer only. */
  @Post()
  @Answers(201, 'ApiTokenCreated', 'The token with its secret, shown once.')
  @Problems('apiToken.expiryPast')
  async create(@Body() body: CreateApiToken, @Caller() caller: Principal): Promise<ApiTokenCreated> {
    const expiresAt = body.expiresAt ? new Date(body.expiresAt) : new Date(Date.now() + DEFAULT_DAYS * 86_400_000);
    if (expiresAt.getTime() <= Date.now()) {
      throw invalid('apiToken.expiryPast', 'expiresAt must lie in the future.', [
        { pointer: '/expiresAt', message: 'must lie in the future' },
      ]);
    }
    const { credential, secret } = await this.credentials.issue('apiToken', body.name, caller.account, expiresAt);
    return {
      id: credential.id,
      name: credential.name,
      account: credential.account,
      createdAt: credential.createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      lastUsedAt: null,
      secret,
    };
  }

  /** All API tokens, without their secrets. */
  @Get()
  @ApiListQuery('id, name, account, createdAt, expiresAt')
  @Answers(200, 'ApiTokenList', 'One page of tokens.')
  async list(@ListQuery() query: PageQuery): Promise<ApiTokenList> {
    const page = await keysetPage<ApiTokenRow>(this.dataSource, API_TOKEN_LIST, query);
    return { items: page.items.map(toView), nextCursor: page.nextCursor };
  }

  /** Revokes a token at once. */
  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'The token is no longer valid.')
  @Problems('apiToken.notFound')
  async revoke(@Param('id', IdPipe) id: string): Promise<void> {
    if (!(await this.credentials.revoke('apiToken', id))) {
      throw notFound('apiToken.notFound', `There is no API token ${id}.`);
    }
  }
}

const toView = (row: ApiTokenRow): ApiTokenView => ({
  id: row.id,
  name: row.name,
  account: row.account,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
});
