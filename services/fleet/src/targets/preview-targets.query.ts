import { Injectable } from '@nestjs/common';
import type { PreviewTargets as PreviewTargetsRequest, TargetsPreview } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { SettledMembers } from '../dynamic-groups/settled-members.js';
import { FLEET, guardedSql, platformsSql } from './preview-targets.sql.js';
import { isFilterOnly, targetCondition } from './target-filter.js';

/** Who a job would be for now, counted in the database however many they are. */
@Injectable()
export class PreviewTargets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settled: SettledMembers,
  ) {}

  async run(request: PreviewTargetsRequest): Promise<TargetsPreview> {
    const { groupIds, computerIds, excludeGroupIds, excludeComputerIds, guardedGroups = [] } = request;
    await this.settled.wait([...groupIds, ...excludeGroupIds], guardedGroups);
    const filterOnly = isFilterOnly(request);
    const whom = [groupIds, computerIds, excludeGroupIds, excludeComputerIds];
    const ask = <T>(sql: typeof platformsSql, ...more: unknown[]) => {
      const parameters: unknown[] = [...whom, ...more];
      const condition = targetCondition(request.filter, (value) => `$${parameters.push(value)}`);
      return this.dataSource.query<T[]>(sql(condition, filterOnly), parameters);
    };
    const [platforms, guarded, [all]] = await Promise.all([
      ask<TargetsPreview['platforms'][number]>(platformsSql),
      guardedGroups.length === 0 ? [] : ask<{ name: string }>(guardedSql, guardedGroups),
      this.dataSource.query<[{ fleet: number }]>(FLEET),
    ]);
    return { platforms, reachedGuarded: guarded.map(({ name }) => name), fleet: all.fleet };
  }
}
