import { Body, Controller, Delete, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { allows, PERMISSIONS } from '@waybill/contracts';
import { IsString, Length, MaxLength } from 'class-validator';
import type { Request } from 'express';
import { ChangePassword as ChangeBody } from '../accounts/account-bodies.js';
import type { GrantView } from '../accounts/accounts.views.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ChangePassword } from './change-password.js';
import { CredentialsRepository } from './credentials.repository.js';
import { LogIn } from './log-in.js';
import { Caller, demandLogin, type Principal } from './principal.js';
import type { SessionCreated, SessionView } from './session.views.js';
import { StartSession } from './start-session.js';

/** Body of `POST /session`. */
export class CreateSession {
  @IsString() @Length(1, 200) username: string;
  @IsString() @MaxLength(1000) password: string;
}

@ApiTags('session')
@Controller('session')
export class SessionController {
  constructor(
    private readonly login: LogIn,
    private readonly sessions: StartSession,
    private readonly passwords: ChangePassword,
    private readonly credentials: CredentialsRepository,
  ) {}

  /** Exchanges username and password for an access token. */
  @Post()
  @Answers(201, 'SessionCreated', 'The access token, valid for 12 hours.')
  @Problems('session.badCredentials', 'session.tooManyFailures', 'session.busy')
  async create(@Body() body: CreateSession, @Req() request: Request): Promise<SessionCreated> {
    return this.sessions.run(await this.login.run(body, request), 'login', request);
  }

  /** Who am I, and what may I do? */
  @Get()
  @Answers(200, 'SessionView', 'The caller with roles and permissions.')
  who(@Caller() { username, kind, actor }: Principal): SessionView {
    return {
      username,
      roles: [...new Set(actor.grants.map(({ role }) => role))],
      grants: actor.grants as GrantView[],
      permissions: PERMISSIONS.filter((permission) => allows(actor, permission)),
      kind,
    };
  }

  /** Ends the session that this request was made with. */
  @Delete()
  @HttpCode(204)
  @Answers(204, null, 'The token is no longer valid.')
  async end(@Caller() caller: Principal): Promise<void> {
    await this.credentials.revoke(caller.kind, caller.credentialId, caller.accountId);
  }

  /** Changes one’s own password and ends one’s other sessions. */
  @Post('actions/change-password')
  @HttpCode(204)
  @Answers(204, null, 'Changed.')
  @Problems(
    'session.badCredentials',
    'session.tooManyFailures',
    'session.busy',
    'session.loginRequired',
    'account.builtIn',
    'account.noPassword',
  )
  async changePassword(@Body() body: ChangeBody, @Caller() caller: Principal, @Req() request: Request): Promise<void> {
    demandLogin(caller);
    await this.passwords.run(body, caller, request);
  }
}
