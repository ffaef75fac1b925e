import { Injectable } from '@nestjs/common';
import type { ResolvedTarget, ResolvedTargets, ResolveTargets as ResolveTargetsRequest } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { SettledMembers } from '../dynamic-groups/settled-members.js';
import { waitForMembershipChanges } from '../groups/membership-fence.js';
import { IN_ORDER, MOMENT, pageSql } from './resolve-targets.sql.js';
import { isFilterOnly, targetCondition } from './target-filter.js';

interface TargetRow {
  unknownGroupIds: string[];
  reachedGuarded: string[];
  /** null in the only row of a page without targets */
  computerId: string | null;
  name: string;
  online: boolean;
  lastSeenAt: Date | null;
  platform: string | null;
  site: string | null;
  /** positions in `groupIds`, from 0 */
  groups: number[];
}

/** Who a job is for, page by page, as of the moment of the first page. */
@Injectable()
export class ResolveTargets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly settled: SettledMembers,
  ) {}

  async run(request: ResolveTargetsRequest): Promise<ResolvedTargets> {
    const resolvedAt = request.resolvedAt ?? (await this.moment(request));
    const { groupIds, computerIds, excludeGroupIds, excludeComputerIds, after = null, limit } = request;
    const guarded = request.guardedGroups ?? [];
    const parameters: unknown[] = [
      groupIds,
      computerIds,
      excludeGroupIds,
      excludeComputerIds,
      after,
      resolvedAt,
      limit + 1,
      guarded,
      request.among ?? null,
    ];
    const condition = targetCondition(request.filter, (value) => `$${parameters.push(value)}`);
    const sql = pageSql(condition, isFilterOnly(request));
    const rows = await (condition === null
      ? this.inOrder(sql, parameters)
      : this.dataSource.query<TargetRow[]>(sql, parameters));
    const page = rows.slice(0, limit);
    return {
      resolvedAt,
      targets: page.flatMap(targetOf),
      after: rows.length > limit ? page.at(-1)!.computerId : null,
      unknownGroupIds: rows[0]?.unknownGroupIds ?? [],
      reachedGuarded: rows[0]?.reachedGuarded ?? [],
    };
  }

  private inOrder(sql: string, parameters: unknown[]): Promise<TargetRow[]> {
    return this.work.run(async (manager) => {
      await manager.query(IN_ORDER);
      return manager.query<TargetRow[]>(sql, parameters);
    });
  }

  private async moment({ groupIds, excludeGroupIds, guardedGroups = [] }: ResolveTargetsRequest): Promise<string> {
    await this.settled.wait([...groupIds, ...excludeGroupIds], guardedGroups);
    return this.work.run(async (manager) => {
      await waitForMembershipChanges(manager);
      const [row] = await manager.query<{ resolvedAt: Date }[]>(MOMENT);
      return row!.resolvedAt.toISOString();
    });
  }
}

function targetOf({ computerId, name, online, lastSeenAt, platform, site, groups }: TargetRow): ResolvedTarget[] {
  if (computerId === null) return [];
  const covered = groups.length > 0;
  return [{ computerId, name, online, lastSeenAt: lastSeenAt?.toISOString() ?? null, covered, platform, site, groups }];
}
