import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A login session or an API token; both are bearer secrets that expire and can be revoked. */
@Entity({ name: 'credentials' })
export class Credential {
  @PrimaryColumn('uuid') id: string;
  @Column('text') kind: 'session' | 'apiToken';
  @Column('text') name: string;
  @Column('bytea', { name: 'secret_hash' }) secretHash: Buffer;
  /** the account it acts for */
  @Column('text') account: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
}
