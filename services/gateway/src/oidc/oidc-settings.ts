import type { GatewayConfig } from '../gateway.config.js';

/** The OpenID provider that people may log in at. */
export interface OidcSettings {
  issuer: URL;
  clientId: string;
  /** null: a public client, protected by PKCE alone */
  clientSecret: string | null;
  redirectUri: string;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** @returns null when no provider is configured */
export function oidcSettings(config: GatewayConfig): OidcSettings | null {
  if (config.oidcIssuer === '') return null;
  return {
    issuer: new URL(config.oidcIssuer),
    clientId: config.oidcClientId,
    clientSecret: config.oidcClientSecret === '' ? null : config.oidcClientSecret,
    redirectUri: `${config.publicUrl.replace(/\/$/, '')}/api/v1/session/oidc/callback`,
  };
}

/** Plain HTTP is for a provider on this machine only. */
export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.has(hostname);
}
