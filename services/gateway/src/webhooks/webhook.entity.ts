import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { WebhookEvent } from './webhook-events.js';

/** Where events are sent, and which. */
@Entity({ name: 'webhooks' })
export class Webhook {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text') url: string;
  @Column('text', { array: true }) events: WebhookEvent[];
  @Column('boolean') enabled: boolean;
  /** key of the signature; not read unless asked for by name, so that it comes into no answer by accident */
  @Column('bytea', { select: false }) secret: Buffer;
  /** since when its receiver has not taken anything; null: it has taken the last */
  @Column('timestamptz', { name: 'failing_since', nullable: true }) failingSince: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('int') revision: number;
}
