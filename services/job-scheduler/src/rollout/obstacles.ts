import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import { VersionTrust } from '../catalogue/version-trust.js';
import { Withdrawals } from '../catalogue/withdrawals.js';
import type { Job } from '../jobs/job.js';
import type { Obstacle } from './decide-rollout.js';

/** Says whether a job's version may be sent any further at this moment. */
@Injectable()
export class Obstacles {
  constructor(
    private readonly trust: VersionTrust,
    private readonly withdrawals: Withdrawals,
  ) {}

  async of(sql: SqlExecutor, { versionId }: Pick<Job, 'versionId'>): Promise<Obstacle> {
    const untrusted = (await this.trust.refusals(sql, [versionId])).get(versionId) ?? null;
    return { untrusted, withdrawn: (await this.withdrawals.among(sql, [versionId])).has(versionId) };
  }
}
