import { Injectable } from '@nestjs/common';
import { PACKAGE_RPC } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import type { Job } from '../jobs/job.js';
import { LOOKUP_TIMEOUT_MS } from './lookup-timeout.js';
import { VersionsRepository } from './versions.repository.js';

type OfVersion = Pick<Job, 'package' | 'version' | 'versionId'>;

/** Tells whether a job's version has been withdrawn since the job was made. */
@Injectable()
export class Withdrawals {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    private readonly versions: VersionsRepository,
  ) {}

  /** By our copy alone, which is as late as the event. */
  async heardOf({ versionId }: OfVersion): Promise<boolean> {
    const [copy] = await this.versions.findByIds(this.dataSource, [versionId]);
    return copy?.withdrawn ?? false;
  }

  /**
   * By package's own word: a scheduler that was down fires its timers before it has read the events that came meanwhile.
   * @throws WaybillError unavailable when package does not answer
   */
  async certain(job: OfVersion): Promise<boolean> {
    if (await this.heardOf(job)) return true;
    const { package: name, version, versionId } = job;
    const view = await this.rpc.call(
      PACKAGE_RPC.versionGet,
      { package: name, version },
      { timeoutMs: LOOKUP_TIMEOUT_MS },
    );
    return view.id !== versionId || view.status === 'withdrawn';
  }

  /**
   * Asks for what the events would have told by now, and keeps it.
   * @throws WaybillError unavailable when package does not answer
   */
  async catchUp(job: OfVersion): Promise<void> {
    if ((await this.heardOf(job)) || !(await this.certain(job))) return;
    const { package: name, version, versionId } = job;
    const withdrawnAt = new Date().toISOString();
    await this.versions.withdrawn(this.dataSource, { package: name, version, versionId, withdrawnAt });
  }
}
