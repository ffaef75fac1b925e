/**
 * What a key may be used for, and nothing else: `root` signs key sets, `publish` manifests, `command` commands,
 * `session` access tokens and session notices.
 */
export const KEY_USES = ['root', 'publish', 'command', 'session'] as const;

export type KeyUse = (typeof KEY_USES)[number];

/** A public key and where it stands. */
export interface TrustKey {
  /** unique in its set; quoted in the header of everything the key signs */
  kid: string;
  use: KeyUse;
  /** Ed25519, SPKI DER in base64url */
  publicKey: string;
  /** who holds the private half: a service of the installation, or people outside of it */
  holder: 'organisation' | 'service';
  /** RFC 3339 */
  notBefore: string;
  /** from then on nothing it signed is taken any more; null: until it is revoked */
  notAfter: string | null;
  /** nothing it ever signed is taken any more, whatever the clock says */
  revokedAt: string | null;
}

/** The keys that an installation is trusted by. Signed by a root key; only a higher serial replaces it. */
export interface KeySet {
  v: 1;
  serial: number;
  /** RFC 3339 */
  issuedAt: string;
  keys: TrustKey[];
}

/** Header type of the compact JWS that carries a {@link KeySet} (`alg` is always EdDSA). */
export const KEY_SET_JWS_TYPE = 'waybill-keyset+jws';

/** Header type of the compact JWS whose payload is a manifest in canonical JSON (RFC 8785). */
export const MANIFEST_JWS_TYPE = 'waybill-manifest+jws';

/** Largest accepted compact JWS, in characters: a manifest has at most 256 KiB, and a command carries it twice encoded. */
export const JWS_MAX_CHARACTERS = 1024 * 1024;
