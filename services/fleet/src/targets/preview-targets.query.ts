import { Injectable } from '@nestjs/common';
import type { PreviewTargets as PreviewTargetsRequest, TargetsPreview } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { SettledMembers } from '../dynamic-groups/settled-members.js';
import { GUARDED, PLATFORMS } from './preview-targets.sql.js';

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
    const whom = [groupIds, computerIds, excludeGroupIds, excludeComputerIds];
    const [platforms, guarded] = await Promise.all([
      this.dataSource.query<TargetsPreview['platforms']>(PLATFORMS, whom),
      guardedGroups.length === 0 ? [] : this.dataSource.query<{ name: string }[]>(GUARDED, [...whom, guardedGroups]),
    ]);
    return { platforms, reachedGuarded: guarded.map(({ name }) => name) };
  }
}
