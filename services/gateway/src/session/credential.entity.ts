import type { Permission } from '@waybill/contracts';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../accounts/account.entity.js';

/** A login session or an API token; both are bearer secrets that expire and can be revoked. */
@Entity({ name: 'credentials' })
export class Credential {
  @PrimaryColumn('uuid') id: string;
  @Column('text') kind: 'session' | 'apiToken';
  @Column('text') name: string;
  @Column('bytea', { name: 'secret_hash' }) secretHash: Buffer;
  /** the account it acts for */
  @Column('uuid', { name: 'account_id' }) accountId: string;
  @ManyToOne(() => Account) @JoinColumn({ name: 'account_id' }) account: Account;
  /** of an API token; null: all that the account may do */
  @Column('text', { array: true, nullable: true }) scopes: Permission[] | null;
  /** that it was made from */
  @Column('text', { nullable: true }) address: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
}
