import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { WaybillError } from '@waybill/contracts';
import { IsString, Length, MaxLength } from 'class-validator';
import { Answers, Problems } from '../openapi/answers.js';
import { AdministratorAccount } from './administrator-account.js';
import { CredentialsRepository } from './credentials.repository.js';
import { Caller, type Principal } from './principal.js';
import type { SessionCreated, SessionView } from './session.views.js';

const SESSION_HOURS = 12;

/** Body of `POST /session`. */
export class CreateSession {
  @IsString() @Length(1, 200) username: string;
  @IsString() @MaxLength(1000) password: string;
}

@ApiTags('session')
@Controller('session')
export class SessionController {
  constructor(
    private readonly account: AdministratorAccount,
    private readonly credentials: CredentialsRepository,
  ) {}

  /** Exchanges username and password for an access token. */
  @Post()
  @Answers(201, 'SessionCreated', 'The access token, valid for 12 hours.')
  @Problems('session.badCredentials')
  async create(@Body() body: CreateSession): Promise<SessionCreated> {
    if (!this.account.matches(body.username, body.password)) {
      throw new WaybillError('unauthorized', 'session.badCredentials', 'The username or the password is wrong.');
    }
    const expiresAt = new Date(Date.now() + SESSION_HOURS * 3_600_000);
    const { secret } = await this.credentials.issue('session', 'login', body.username, expiresAt);
    return { accessToken: secret, expiresAt: expiresAt.toISOString() };
  }

  /** Who am I? */
  @Get()
  @Answers(200, 'SessionView', 'The caller and its roles.')
  who(@Caller() caller: Principal): SessionView {
    return { username: caller.account, roles: caller.actor.grants.map(({ role }) => role), kind: caller.kind };
  }

  /** Ends the session that this request was made with. */
  @Delete()
  @HttpCode(204)
  @Answers(204, null, 'The token is no longer valid.')
  async end(@Caller() caller: Principal): Promise<void> {
    await this.credentials.revoke(caller.kind, caller.credentialId);
  }
}
