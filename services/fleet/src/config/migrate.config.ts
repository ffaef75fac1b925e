import { Env } from '@waybill/platform';
import { Matches } from 'class-validator';

/** All that a migration needs to know. */
export class MigrateConfig {
  @Env('WAYBILL_DATABASE_URL', { secret: true })
  @Matches(/^postgres(ql)?:\/\//, { message: '$property must look like postgres://user:password@host:5432/waybill' })
  databaseUrl: string;
}
