import { Injectable } from '@nestjs/common';
import { groupsWithin, type JobView } from '@waybill/contracts';
import { requestLimits } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { VersionTrust } from '../catalogue/version-trust.js';
import type { Job } from './job.js';
import { jobView } from './job.view.js';

/** Jobs as others see them, with how the signatures of their versions stand at this moment. */
@Injectable()
export class JobViews {
  constructor(
    private readonly dataSource: DataSource,
    private readonly trust: VersionTrust,
  ) {}

  async one(job: Job): Promise<JobView> {
    return (await this.all([job]))[0]!;
  }

  async all(jobs: readonly Job[]): Promise<JobView[]> {
    const signatures = await this.trust.signatures(
      this.dataSource,
      jobs.map(({ versionId }) => versionId),
    );
    const now = new Date();
    const visible = groupsWithin(requestLimits('groups.read'));
    const maySee = (name: string) => visible === null || visible.includes(name);
    return jobs.map((job) => jobView(job, signatures.get(job.versionId) ?? null, now, maySee));
  }
}
