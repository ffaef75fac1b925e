import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('packages')
export class PackageEntity {
  @PrimaryColumn('text') name: string;
  @Column('text') title: string;
  @Column('text', { nullable: true }) publisher: string | null;
  @Column('text', { nullable: true }) description: string | null;
  @Column('text', { nullable: true }) category: string | null;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'now()' }) updatedAt: Date;
  /** rises with every change */
  @Column('int', { default: 1 }) revision: number;
  /** id of the request that made or last changed it */
  @Column('text', { name: 'last_request' }) lastRequest: string;
}
