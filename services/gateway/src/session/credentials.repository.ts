import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Credential } from './credential.entity.js';
import { hashSecret, newSecretToken } from './secret-token.js';

const USED_RESOLUTION = "interval '1 minute'";

@Injectable()
export class CredentialsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a new credential and answers its secret, which cannot be read again. */
  async issue(
    kind: Credential['kind'],
    name: string,
    account: string,
    expiresAt: Date | null,
  ): Promise<{ credential: Credential; secret: string }> {
    const { secret, hash } = newSecretToken(kind === 'session' ? 'wbs_' : 'wbt_');
    const credential = this.repository().create({
      id: uuidv7(),
      kind,
      name,
      secretHash: hash,
      account,
      createdAt: new Date(),
      expiresAt,
      lastUsedAt: null,
    });
    await this.repository().insert(credential);
    return { credential, secret };
  }

  /** The live credential of a bearer secret, or null. Its last use is noted once a minute at most. */
  async findLive(secret: string): Promise<Credential | null> {
    const hash = hashSecret(secret);
    const credential = await this.repository()
      .createQueryBuilder('c')
      .where('c.secret_hash = :hash AND (c.expires_at IS NULL OR c.expires_at > now())', { hash })
      .getOne();
    if (!credential) return null;
    if (!credential.lastUsedAt || Date.now() - credential.lastUsedAt.getTime() > 60_000) {
      await this.dataSource.query(
        `UPDATE credentials SET last_used_at = now() WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - ${USED_RESOLUTION})`,
        [credential.id],
      );
    }
    return credential;
  }

  /** @returns whether there was one to revoke */
  async revoke(kind: Credential['kind'], id: string): Promise<boolean> {
    const result = await this.repository().delete({ kind, id });
    return (result.affected ?? 0) > 0;
  }

  async removeExpired(): Promise<void> {
    await this.dataSource.query('DELETE FROM credentials WHERE expires_at < now()');
  }

  private repository() {
    return this.dataSource.getRepository(Credential);
  }
}
