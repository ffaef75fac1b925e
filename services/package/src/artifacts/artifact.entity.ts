import { Column, Entity, PrimaryColumn } from 'typeorm';
import { byteCount } from './byte-count.js';

/** Content that is stored once, whatever number of files have it. */
@Entity('artifacts')
export class ArtifactEntity {
  @PrimaryColumn('text') sha256: string;
  @Column({ type: 'bigint', transformer: byteCount }) size: number;
  @Column('text', { name: 'object_key' }) objectKey: string;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' }) createdAt: Date;
}
