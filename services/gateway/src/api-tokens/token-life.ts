import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { GatewayConfig } from '../gateway.config.js';

/** No API token outlives what the configuration allows, not even those from before it was lowered, or from versions that gave some without an end. */
@Injectable()
export class TokenLife implements OnApplicationBootstrap {
  constructor(
    private readonly config: GatewayConfig,
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
  ) {}

  /** Before the first request. Doing it again changes nothing. */
  async onApplicationBootstrap(): Promise<void> {
    const { apiTokenMaxDays: maxDays } = this.config;
    await this.work.run(async (sql) => {
      const [shortened] = await sql.query<[{ id: string; expires_at: Date }[], number]>(
        `UPDATE credentials SET expires_at = created_at + make_interval(hours => 24 * $1::int)
         WHERE kind = 'apiToken' AND (expires_at IS NULL OR expires_at > created_at + make_interval(hours => 24 * $1::int))
         RETURNING id, expires_at`,
        [maxDays],
      );
      const records = shortened.map(({ id, expires_at }) => ({
        action: 'apiToken.shortened',
        object: { type: 'apiToken', id },
        details: { maxDays, expiresAt: expires_at.toISOString() },
      }));
      await this.audit.record(sql, records);
    });
  }
}
