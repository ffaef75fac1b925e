import { Injectable, Logger } from '@nestjs/common';
import { WaybillError } from '@waybill/contracts';
import * as oidc from 'openid-client';
import { isLoopback, type OidcSettings } from './oidc-settings.js';

/** What a login that has begun must remember until the provider sends its person back. */
export interface PendingLogin {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** Who the provider says it is. */
export interface OidcIdentity {
  issuer: string;
  /** never changes and is never given to somebody else, unlike names and addresses */
  subject: string;
  preferredUsername: string | null;
}

/** The configured provider, asked for its endpoints at the first login. */
@Injectable()
export class OidcProvider {
  private readonly logger = new Logger(OidcProvider.name);
  private discovered: Promise<oidc.Configuration> | undefined;

  constructor(private readonly settings: OidcSettings | null) {}

  /** Authorization code with PKCE (S256). @throws WaybillError notFound `oidc.notConfigured`; unavailable `oidc.unavailable` */
  async begin(): Promise<{ url: URL; pending: PendingLogin }> {
    const { redirectUri } = this.required();
    const configuration = await this.configuration();
    const codeVerifier = oidc.randomPKCECodeVerifier();
    const pending = { state: oidc.randomState(), nonce: oidc.randomNonce(), codeVerifier };
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: 'openid profile',
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
    });
    return { url, pending };
  }

  /**
   * Exchanges the code and checks the ID token: signature, issuer, audience, nonce, times.
   * @param query of the callback, as it came
   * @throws WaybillError unauthorized `oidc.refused`; unavailable `oidc.unavailable`
   */
  async finish(query: string, { state, nonce, codeVerifier }: PendingLogin): Promise<OidcIdentity> {
    const url = new URL(this.required().redirectUri);
    url.search = query;
    const checks = {
      pkceCodeVerifier: codeVerifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    };
    const configuration = await this.configuration();
    const claims = await oidc
      .authorizationCodeGrant(configuration, url, checks)
      .then((tokens) => tokens.claims())
      .catch((error: unknown) => {
        this.logger.warn({ err: error }, 'a login at the OpenID provider failed');
        throw saysNo(error) ? refused() : unavailable();
      });
    if (!claims) throw refused();
    const name = claims['preferred_username'];
    return { issuer: claims.iss, subject: claims.sub, preferredUsername: typeof name === 'string' ? name : null };
  }

  /** @throws WaybillError notFound `oidc.notConfigured` */
  required(): OidcSettings {
    if (this.settings) return this.settings;
    const detail = 'No OpenID provider is configured here; log in with POST /api/v1/session.';
    throw new WaybillError('notFound', 'oidc.notConfigured', detail);
  }

  private async configuration(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.required();
    const authentication = clientSecret === null ? oidc.None() : oidc.ClientSecretBasic(clientSecret);
    const plain = issuer.protocol === 'http:' && isLoopback(issuer) ? [oidc.allowInsecureRequests] : [];
    // the signature of the ID token is checked as well, not only the TLS of whoever sent it
    const execute = [oidc.enableNonRepudiationChecks, ...plain];
    this.discovered ??= oidc.discovery(issuer, clientId, undefined, authentication, { execute, timeout: 10 });
    try {
      return await this.discovered;
    } catch {
      // asked again at the next login
      this.discovered = undefined;
      throw unavailable();
    }
  }
}

function unavailable(): WaybillError {
  const detail = 'The OpenID provider cannot be asked now; try again later, or log in with POST /api/v1/session.';
  return new WaybillError('unavailable', 'oidc.unavailable', detail);
}

/** Errors of a provider that may be gone the next time (RFC 6749 §4.1.2.1). */
const PASSING = ['server_error', 'temporarily_unavailable'];
/** What is wrong with the answer that the browser brought, or with the ID token, in the words of openid-client. */
const NOT_OF_THIS_LOGIN = [
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
];

/** Whether this login was refused, by the provider or by our checks; anything else is about the provider or our settings, and nobody's login. */
function saysNo(error: unknown): boolean {
  if (error instanceof oidc.AuthorizationResponseError) return !PASSING.includes(error.error);
  // not invalid_client and the like, which are for whoever configures us
  if (error instanceof oidc.ResponseBodyError) return error.error === 'invalid_grant';
  return error instanceof oidc.ClientError && NOT_OF_THIS_LOGIN.includes(error.code ?? '');
}

export function refused(): WaybillError {
  const detail = 'The login at the OpenID provider was not completed here; begin again with GET /api/v1/session/oidc.';
  return new WaybillError('unauthorized', 'oidc.refused', detail);
}

export function isRefusal(error: unknown): boolean {
  return error instanceof WaybillError && error.code === 'oidc.refused';
}
