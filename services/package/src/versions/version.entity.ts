import type { Manifest, VersionStatus } from '@waybill/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { VersionScheme } from '@waybill/packaging';

@Entity('versions')
export class VersionEntity {
  /** UUIDv7 */
  @PrimaryColumn('uuid') id: string;
  @Column('text') package: string;
  @Column('text') version: string;
  @Column('text', { name: 'version_scheme' }) scheme: VersionScheme;
  @Column('text') status: VersionStatus;
  /** as it was sent while a draft, completed when published */
  @Column('jsonb') manifest: Manifest;
  @Column('text', { name: 'manifest_digest', nullable: true }) manifestDigest: string | null;
  /** compact JWS over the canonical manifest; null before publication */
  @Column('text', { name: 'signed_manifest', nullable: true }) signedManifest: string | null;
  /** id of the publishing key */
  @Column('text', { name: 'signed_by', nullable: true }) signedBy: string | null;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'published_at', precision: 3, nullable: true }) publishedAt: Date | null;
  @Column({ type: 'timestamptz', name: 'withdrawn_at', precision: 3, nullable: true }) withdrawnAt: Date | null;
  /** rises with every change, an upload included */
  @Column('int', { default: 1 }) revision: number;
}
