import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Queryable } from '@waybill/persistence';
import { type AuditedService, auditSchema } from '../schema/audit-schema.js';

/** What the role that asks may do with its audit log. */
interface Rights {
  /** the log is there and entries can be added */
  add: boolean;
  /** entries could be changed or removed: the role is a superuser, the owner or was given too much */
  change: boolean;
}

/** At the start of a service: without its log no change would succeed, and with too many rights the log would prove nothing. */
@Injectable()
export class DemandAuditLog implements OnApplicationBootstrap {
  private readonly logger = new Logger('Audit');

  constructor(
    private readonly service: AuditedService,
    private readonly database: Queryable,
  ) {}

  /** @throws when the log is missing or cannot be written; the sentence says what to run */
  async onApplicationBootstrap(): Promise<void> {
    const schema = auditSchema(this.service);
    const { add, change } = await this.rights(schema);
    if (!add) {
      throw new Error(
        `The audit log ${schema} is missing or not ours to write: an administrator of the database must run "node libs/audit/dist/install-audit.js" first.`,
      );
    }
    if (change)
      this.logger.warn(
        `the role of this service can change its own audit log, ${schema}: use a role of its own, not an administrator's`,
      );
  }

  private async rights(schema: string): Promise<Rights> {
    const [rights] = (await this.database.query(
      `SELECT coalesce(has_table_privilege(to_regclass('${schema}.intake'), 'INSERT'), false)
           AND coalesce(has_table_privilege(to_regclass('${schema}.entries'), 'SELECT'), false) AS add,
         coalesce(has_table_privilege(to_regclass('${schema}.entries'), 'UPDATE, DELETE, TRUNCATE'), false) AS change`,
    )) as [Rights];
    return rights;
  }
}
