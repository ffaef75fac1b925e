import { Column, Entity, PrimaryColumn } from 'typeorm';
import { byteCount } from './byte-count.js';
import type { UploadStatus } from './upload.js';

@Entity('uploads')
export class UploadEntity {
  /** UUIDv7 */
  @PrimaryColumn('uuid') id: string;
  /** null when the version was removed since */
  @Column('uuid', { name: 'version_id', nullable: true }) versionId: string | null;
  @Column('text') file: string;
  @Column('text', { name: 'object_key' }) objectKey: string;
  @Column('text') status: UploadStatus;
  @Column('text', { nullable: true }) sha256: string | null;
  @Column({ type: 'bigint', nullable: true, transformer: byteCount }) size: number | null;
  @Column('boolean', { nullable: true }) deduplicated: boolean | null;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'closed_at', precision: 3, nullable: true }) closedAt: Date | null;
}
