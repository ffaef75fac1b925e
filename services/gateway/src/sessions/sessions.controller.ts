import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { notFound, type Page, type PageQuery } from '@waybill/contracts';
import { keysetPage } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { IdPipe } from '../http/id.pipe.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import { CredentialsRepository } from '../session/credentials.repository.js';
import { Caller, credentialsOf, demandLogin, type Principal } from '../session/principal.js';
import { SESSION_LIST, type SessionRow } from './sessions.list.js';
import type { LoginView } from './sessions.views.js';

@ApiTags('session')
@Controller('sessions')
export class SessionsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly credentials: CredentialsRepository,
  ) {}

  /** One’s own sessions; with the permission accounts.read everybody’s. */
  @Get()
  @ApiListQuery('id, username, createdAt, expiresAt')
  @Answers(200, 'Page<LoginView>', 'One page of sessions, newest first.')
  async list(@ListQuery() query: PageQuery, @Caller() caller: Principal): Promise<Page<LoginView>> {
    const whose = credentialsOf(caller, 'accounts.read');
    const { items, nextCursor } = await keysetPage<SessionRow>(this.dataSource, SESSION_LIST, query, [whose]);
    return { items: items.map((row) => view(row, caller.credentialId)), nextCursor };
  }

  /** Ends a session at once: one’s own, or with the permission accounts.write anybody’s. */
  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'Ended.')
  @Problems('session.notFound', 'session.loginRequired')
  async end(@Param('id', IdPipe) id: string, @Caller() caller: Principal): Promise<void> {
    demandLogin(caller);
    if (!(await this.credentials.revoke('session', id, credentialsOf(caller, 'accounts.write'))))
      throw notFound('session.notFound', `There is no session ${id}.`);
  }
}

const view = (row: SessionRow, current: string): LoginView => ({
  id: row.id,
  username: row.username,
  by: row.name,
  address: row.address,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  current: row.id === current,
});
