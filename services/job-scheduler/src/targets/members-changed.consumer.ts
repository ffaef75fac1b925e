import { Controller } from '@nestjs/common';
import { EVENTS, GroupMembersChanged } from '@waybill/contracts';
import { EventHandler, RETRY, type Verdict } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import type { Job } from '../jobs/job.js';
import { JobsRepository } from '../jobs/jobs.repository.js';
import { JoinedTargets } from './joined-targets.js';
import { LeftTargets } from './left-targets.js';

/** Between fleet's clock and ours. */
const CLOCKS_DIFFER_MS = 60_000;

/** Follows who leaves and who joins the groups of jobs. */
@Controller()
export class MembersChangedConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: JobsRepository,
    private readonly left: LeftTargets,
    private readonly joined: JoinedTargets,
  ) {}

  /** Idempotent, and right in any order: who is a target is asked of fleet, whatever the event says. */
  @EventHandler({ event: EVENTS.groupMembersChanged, queue: 'job-scheduler.members', type: GroupMembersChanged })
  async changed({ groupId, left, joined, at }: GroupMembersChanged): Promise<Verdict | void> {
    const since = new Date(Date.parse(at) - CLOCKS_DIFFER_MS);
    const leaving = left.length > 0 ? await this.jobs.underWayOfGroup(this.dataSource, groupId, since) : [];
    const joining = joined.length > 0 ? await this.jobs.joinableOfGroup(this.dataSource, groupId) : [];
    for (const job of leaving) if (job.phase === 'released') await this.left.follow(job, left);
    for (const job of joining) if (!isBeingStarted(job)) await this.joined.follow(job, joined);
    // those that are being started may have read the group before; they are looked at when they have
    if ([...leaving, ...joining].some(isBeingStarted)) return RETRY;
  }
}

function isBeingStarted({ phase, finishedAt }: Job): boolean {
  return phase !== 'released' && !finishedAt;
}
