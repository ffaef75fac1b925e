import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { VersionTrust } from '../catalogue/version-trust.js';
import { VersionsRepository } from '../catalogue/versions.repository.js';
import { jobNotFound } from '../jobs/job-engine.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { NO_OBSTACLE, type Obstacle } from './decide-rollout.js';

/** Says whether versions may be sent any further at this moment, by our copies of them. */
@Injectable()
export class Obstacles {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: JobsRepository,
    private readonly versions: VersionsRepository,
    private readonly trust: VersionTrust,
  ) {}

  /** By version id; versions that nobody has told us of are missing. */
  async of(sql: SqlExecutor, versionIds: readonly string[]): Promise<ReadonlyMap<string, Obstacle>> {
    const copies = versionIds.length === 0 ? [] : await this.versions.findByIds(sql, [...new Set(versionIds)]);
    const judged = copies.map(async (copy) => {
      const { versionId, withdrawn } = copy;
      return [versionId, { untrusted: await this.trust.refusal(copy), withdrawn }] as const;
    });
    return new Map(await Promise.all(judged));
  }

  /** @param sql of the transaction that the caller is in: who holds one connection must not wait for a second */
  async ofVersion(versionId: string, sql: SqlExecutor = this.dataSource): Promise<Obstacle> {
    return (await this.of(sql, [versionId])).get(versionId) ?? NO_OBSTACLE;
  }

  /** @throws WaybillError notFound `job.notFound` */
  async ofJob(id: string): Promise<Obstacle> {
    const job = await this.jobs.find(this.dataSource, id);
    if (!job) throw jobNotFound(id);
    return this.ofVersion(job.versionId);
  }
}
