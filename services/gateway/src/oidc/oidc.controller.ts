import { randomBytes } from 'node:crypto';
import { applyDecorators, Controller, Get, Req, Res } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Answers, Problems } from '../openapi/answers.js';
import type { SessionCreated } from '../session/session.views.js';
import { SessionAudit } from '../session/session-audit.js';
import { StartSession } from '../session/start-session.js';
import { FindOidcAccount } from './find-oidc-account.js';
import { isRefusal, OidcProvider, refused } from './oidc-provider.js';
import { PENDING_SECONDS, PendingLoginsRepository } from './pending-logins.repository.js';

const COOKIE = 'waybill-login';
const PATH = '/api/v1/session/oidc';

/** What providers add to the address that they send the browser back to; all of it is read by openid-client. */
const FROM_PROVIDER = ['code', 'state', 'iss', 'session_state', 'error', 'error_description', 'error_uri', 'scope'];
/** Google's; they mean nothing here. */
const OF_GOOGLE = ['authuser', 'hd', 'prompt'];
const SentByProvider = () =>
  applyDecorators(...[...FROM_PROVIDER, ...OF_GOOGLE].map((name) => ApiQuery({ name, required: false, type: String })));

@ApiTags('session')
@Controller('session/oidc')
export class OidcController {
  constructor(
    private readonly provider: OidcProvider,
    private readonly pending: PendingLoginsRepository,
    private readonly accounts: FindOidcAccount,
    private readonly sessions: StartSession,
    private readonly audit: SessionAudit,
  ) {}

  /** Sends the browser to the OpenID provider (authorization code with PKCE). */
  @Get()
  @Answers(302, null, 'To the provider.')
  @Problems('oidc.notConfigured', 'oidc.unavailable')
  async begin(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { url, pending } = await this.provider.begin();
    const cookie = randomBytes(32).toString('base64url');
    await this.pending.add(cookie, pending);
    const { secure } = request;
    response.cookie(COOKIE, cookie, {
      path: PATH,
      httpOnly: true,
      sameSite: 'lax',
      secure,
      maxAge: PENDING_SECONDS * 1000,
    });
    response.setHeader('Cache-Control', 'no-store');
    response.redirect(url.href);
  }

  /** Where the provider sends the browser back to. */
  @Get('callback')
  @SentByProvider()
  @Answers(200, 'SessionCreated', 'The access token, valid for 12 hours.')
  @Problems('oidc.notConfigured', 'oidc.unavailable', 'oidc.refused')
  async callback(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<SessionCreated> {
    this.provider.required();
    const cookie = new RegExp(`(?:^|; )${COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(request.headers.cookie ?? '')?.[1];
    const pending = cookie ? await this.pending.take(cookie) : null;
    // nobody has begun a login here, so none is refused: whoever calls this without one must not fill the log
    if (!pending) throw refused();
    response.clearCookie(COOKIE, { path: PATH });
    response.setHeader('Cache-Control', 'no-store');
    const identity = await this.provider
      .finish(new URL(request.originalUrl, 'http://any').search, pending)
      .catch(async (error: unknown) => {
        throw isRefusal(error) ? await this.refusal(request) : error;
      });
    return this.sessions.run(await this.accounts.run(identity, request), 'oidc', request);
  }

  private async refusal(request: Request): Promise<Error> {
    await this.audit.refused(null, request);
    return refused();
  }
}
