import { Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '@waybill/persistence';
import type { EntityManager } from 'typeorm';
import { MembershipAnnouncer } from '../groups/membership-announcer.js';
import { MembershipsRepository } from '../groups/memberships.repository.js';
import { type Filtered, filterCondition } from './filter-condition.js';
import { type Difference, membershipDifferences } from './membership-differences.js';
import { MembershipChecksRepository } from './membership-checks.repository.js';

/** Computers looked at in one transaction. */
const COMPUTERS_AT_ONCE = 500;
/** Groups compared by one statement: planning costs what it holds. */
const GROUPS_AT_ONCE = 100;

/** Puts computers that changed into the dynamic groups they fit now, and takes them out of those they no longer fit. */
@Injectable()
export class FollowComputers {
  private readonly logger = new Logger(FollowComputers.name);

  constructor(
    private readonly work: UnitOfWork,
    private readonly checks: MembershipChecksRepository,
    private readonly memberships: MembershipsRepository,
    private readonly announcer: MembershipAnnouncer,
  ) {}

  /** Until nothing is left to do. */
  async run(): Promise<void> {
    for (let last = COMPUTERS_AT_ONCE; last === COMPUTERS_AT_ONCE;) last = await this.batch();
  }

  /** How many computers were looked at. */
  private batch(): Promise<number> {
    return this.work.run(async (manager) => {
      await this.checks.shareFilters(manager);
      const computerIds = await this.checks.claim(manager, COMPUTERS_AT_ONCE);
      if (computerIds.length === 0) return 0;
      await this.apply(manager, await this.differences(manager, computerIds));
      await this.checks.done(manager, computerIds);
      return computerIds.length;
    });
  }

  private async differences(manager: EntityManager, computerIds: string[]): Promise<Difference[]> {
    const groups = (
      await manager.query<Filtered[]>(`SELECT id, filter FROM groups WHERE kind = 'dynamic' ORDER BY id`)
    ).filter((group) => this.compiles(group));
    const differences: Difference[] = [];
    for (let from = 0; from < groups.length; from += GROUPS_AT_ONCE)
      differences.push(
        ...(await membershipDifferences(manager, groups.slice(from, from + GROUPS_AT_ONCE), computerIds)),
      );
    return differences;
  }

  /** A filter of an older version of Waybill may name what is no longer there: its group keeps its members, the others go on. */
  private compiles({ id, filter }: Filtered): boolean {
    try {
      filterCondition(filter, () => '');
      return true;
    } catch (error) {
      this.logger.error(`group ${id} is not followed, its filter is not understood: ${(error as Error).message}`);
      return false;
    }
  }

  private async apply(manager: EntityManager, differences: readonly Difference[]): Promise<void> {
    const left = await this.memberships.leavePairs(manager, of(differences, false));
    const wanted = of(differences, true);
    const joined = await this.memberships.joinPairs(manager, wanted);
    const groupIds = new Set([...left, ...joined].map(({ groupId }) => groupId));
    for (const groupId of [...groupIds].sort())
      await this.announcer.announce(manager, {
        groupId,
        joined: computersOf(joined, groupId),
        left: computersOf(left, groupId),
      });
    if (joined.length < wanted.length)
      this.logger.warn(
        `${wanted.length - joined.length} computers stay out of dynamic groups that they fit: they are in as many groups as one can be, or are being removed`,
      );
  }
}

const of = (differences: readonly Difference[], joins: boolean) => differences.filter((entry) => entry.joins === joins);

function computersOf(changes: readonly { groupId: string; computerId: string }[], groupId: string): string[] {
  return changes.filter((change) => change.groupId === groupId).map(({ computerId }) => computerId);
}
