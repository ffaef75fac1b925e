import type { WireError } from '@waybill/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { byteCount } from '../artifacts/byte-count.js';

/** What an upload has beside its row in `uploads` when its parts come by presigned URL. */
@Entity('multipart_uploads')
export class MultipartUploadEntity {
  @PrimaryColumn('uuid', { name: 'upload_id' }) uploadId: string;
  /** object storage's own id; null until it has begun the upload */
  @Column('text', { name: 'storage_id', nullable: true }) storageId: string | null;
  @Column({ type: 'bigint', name: 'announced_size', transformer: byteCount }) announcedSize: number;
  @Column('text', { name: 'announced_sha256', nullable: true }) announcedSha256: string | null;
  @Column({ type: 'bigint', name: 'part_size', transformer: byteCount }) partSize: number;
  /** of part 1, part 2 …, as the client completed it; null before */
  @Column('text', { array: true, nullable: true }) etags: string[] | null;
  /** bytes read by the verification so far */
  @Column({ type: 'bigint', default: 0, transformer: byteCount }) verified: number;
  /** why it was refused */
  @Column('jsonb', { nullable: true }) problem: WireError | null;
  /** when its verification begins or, after a crash, is taken over; null when there is nothing to verify */
  @Column({ type: 'timestamptz', name: 'verify_at', nullable: true }) verifyAt: Date | null;
  /** tries of the verification */
  @Column('int', { default: 0 }) attempts: number;
}
