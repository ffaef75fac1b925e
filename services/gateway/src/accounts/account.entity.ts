import type { Grant } from '@waybill/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody who may log in. */
@Entity({ name: 'accounts' })
export class Account {
  @PrimaryColumn('uuid') id: string;
  /** lower case */
  @Column('text') username: string;
  /** argon2id; of the first administrator: of the configured password. null when this account cannot log in by a password */
  @Column('text', { name: 'password_hash', nullable: true }) passwordHash: string | null;
  @Column('text', { name: 'oidc_issuer', nullable: true }) oidcIssuer: string | null;
  @Column('text', { name: 'oidc_subject', nullable: true }) oidcSubject: string | null;
  @Column('jsonb') grants: Grant[];
  /** the first administrator: its password is configuration, it is always there */
  @Column('boolean', { name: 'built_in' }) builtIn: boolean;
  @Column('boolean') disabled: boolean;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('int') revision: number;
}
