import { Controller } from '@nestjs/common';
import { EVENTS, GroupChanged, PackageVersionPublished, PackageVersionWithdrawn } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { GroupsRepository } from './groups.repository.js';
import { VersionsRepository } from './versions.repository.js';

/** Keeps our copies of what package and fleet own. Each upsert is guarded, so repeated and late events change nothing. */
@Controller()
export class CatalogueConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly versions: VersionsRepository,
    private readonly groups: GroupsRepository,
  ) {}

  @EventHandler({
    event: EVENTS.packageVersionPublished,
    queue: 'job-scheduler.packages',
    type: PackageVersionPublished,
  })
  async published(event: PackageVersionPublished): Promise<void> {
    await this.versions.published(this.dataSource, event);
  }

  @EventHandler({
    event: EVENTS.packageVersionWithdrawn,
    queue: 'job-scheduler.packages',
    type: PackageVersionWithdrawn,
  })
  async withdrawn(event: PackageVersionWithdrawn): Promise<void> {
    await this.versions.withdrawn(this.dataSource, event);
  }

  @EventHandler({ event: EVENTS.groupChanged, queue: 'job-scheduler.groups', type: GroupChanged })
  async groupChanged(event: GroupChanged): Promise<void> {
    await this.groups.changed(this.dataSource, event);
  }
}
