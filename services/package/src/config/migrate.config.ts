import { Env } from '@waybill/platform';
import { Matches } from 'class-validator';

/** A migration needs the database only: its job in Kubernetes gets no other secret. */
export class MigrateConfig {
  @Env('WAYBILL_DATABASE_URL', { secret: true })
  @Matches(/^postgres(ql)?:\/\//, { message: '$property must look like postgres://user:password@host:5432/waybill' })
  databaseUrl: string;
}
