import { Controller } from '@nestjs/common';
import { EVENTS, GroupMembersChanged } from '@waybill/contracts';
import { EventHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { MemberChanges } from './member-changes.js';

/** Between fleet's clock and ours. */
const CLOCKS_DIFFER_MS = 60_000;

/** Follows who leaves and who joins the groups of jobs. */
@Controller()
export class MembersChangedConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: JobsRepository,
    private readonly changes: MemberChanges,
  ) {}

  /** Idempotent, and right in any order: who is a target is asked of fleet, whatever the event says. */
  @EventHandler({ event: EVENTS.groupMembersChanged, queue: 'job-scheduler.members', type: GroupMembersChanged })
  async changed({ groupId, left, joined, at }: GroupMembersChanged): Promise<void> {
    const since = new Date(Date.parse(at) - CLOCKS_DIFFER_MS);
    const leaving = left.length > 0 ? await this.jobs.underWayOfGroup(this.dataSource, groupId, since) : [];
    const joining = joined.length > 0 ? await this.jobs.joinableOfGroup(this.dataSource, groupId) : [];
    for (const job of leaving) await this.changes.follow(job, { left, joined: [] });
    for (const job of joining) await this.changes.follow(job, { left: [], joined });
  }
}
