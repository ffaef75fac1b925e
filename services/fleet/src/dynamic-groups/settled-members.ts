import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { WaybillError } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { MembershipChecksRepository } from './membership-checks.repository.js';
import { MembershipFollower } from './membership-follower.js';

/** Below the time-out of a request; who asks tries again. */
const WAIT_MS = 3_000;
const LOOK_EVERY_MS = 25;

const ANY_DYNAMIC = `
SELECT 1 FROM groups WHERE (id = ANY($1::uuid[]) OR name = ANY($2::text[])) AND kind = 'dynamic' LIMIT 1`;

/** Waits until dynamic groups hold whom they should: a job sent right after a change must not miss those whom the change brings. */
@Injectable()
export class SettledMembers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly checks: MembershipChecksRepository,
    private readonly follower: MembershipFollower,
  ) {}

  /** @throws WaybillError unavailable `group.membersSettling` */
  async wait(groupIds: readonly string[], names: readonly string[]): Promise<void> {
    const dynamic = await this.dataSource.query<unknown[]>(ANY_DYNAMIC, [groupIds, names]);
    if (dynamic.length === 0) return;
    const moment = await this.checks.moment(this.dataSource);
    const end = performance.now() + WAIT_MS;
    while (!(await this.checks.doneUntil(this.dataSource, moment))) {
      if (performance.now() > end)
        throw new WaybillError(
          'unavailable',
          'group.membersSettling',
          'The members of dynamic groups are still being worked out; try again in a moment.',
        );
      this.follower.soon();
      await setTimeout(LOOK_EVERY_MS);
    }
  }
}
