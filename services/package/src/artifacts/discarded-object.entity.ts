import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An object of the bucket that nothing needs any more. */
@Entity('discarded_objects')
export class DiscardedObjectEntity {
  @PrimaryColumn('text', { name: 'object_key' }) objectKey: string;
  /** not tried before */
  @Column({ type: 'timestamptz', name: 'due_at', default: () => 'now()' }) dueAt: Date;
}
