import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { hashSecret } from '../session/secret-token.js';
import type { PendingLogin } from './oidc-provider.js';

/** A login that takes longer is begun anew. */
export const PENDING_SECONDS = 600;

/** Logins on their way to the provider and back. Each belongs to the browser that began it, by a cookie, and is used once. */
@Injectable()
export class PendingLoginsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async add(cookie: string, { state, nonce, codeVerifier }: PendingLogin): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO oidc_logins (cookie_hash, state, nonce, code_verifier, expires_at)
       VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))`,
      [hashSecret(cookie), state, nonce, codeVerifier, PENDING_SECONDS],
    );
  }

  /** @returns null when there is none, or it is too old */
  async take(cookie: string): Promise<PendingLogin | null> {
    const [row] = await this.dataSource.query<PendingLogin[]>(
      `WITH taken AS (DELETE FROM oidc_logins WHERE cookie_hash = $1 RETURNING *)
       SELECT state, nonce, code_verifier AS "codeVerifier" FROM taken WHERE expires_at > now()`,
      [hashSecret(cookie)],
    );
    return row ?? null;
  }

  async removeExpired(): Promise<void> {
    await this.dataSource.query('DELETE FROM oidc_logins WHERE expires_at < now()');
  }
}
