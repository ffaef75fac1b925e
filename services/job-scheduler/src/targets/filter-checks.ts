import { Injectable } from '@nestjs/common';
import { type CreateJob, type FieldError, FLEET_RPC, type PreviewTargets, WaybillError } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { JobSchedulerConfig } from '../config/job-scheduler.config.js';
import { type Confirmation, confirmation } from './confirmation.js';

/** A fleet of hundreds of thousands is counted. */
const COUNT_TIMEOUT_MS = 20_000;

const NOBODY: PreviewTargets = { groupIds: [], computerIds: [], excludeGroupIds: [], excludeComputerIds: [] };

/** Looks at the filter of an order: fleet knows its fields, and how many computers it means. */
@Injectable()
export class FilterChecks {
  constructor(
    private readonly rpc: RpcClient,
    private readonly config: JobSchedulerConfig,
  ) {}

  /** Mistakes in the filter itself. @throws WaybillError unavailable when fleet does not answer */
  async problems({ targets: { filter } }: CreateJob): Promise<FieldError[]> {
    if (filter === undefined) return [];
    try {
      await this.count({ ...NOBODY, filter });
      return [];
    } catch (error) {
      if (!(error instanceof WaybillError) || error.kind !== 'invalid') throw error;
      return [{ pointer: '/targets/filter', message: error.detail }];
    }
  }

  /**
   * How many computers a filter means now, and what follows; null without a filter.
   * @param ids what the names of the order mean
   */
  async confirmation(
    { targets, confirmTargets }: CreateJob,
    { groupIds, excludeGroupIds }: Pick<PreviewTargets, 'groupIds' | 'excludeGroupIds'>,
  ): Promise<Confirmation | null> {
    const { filter, computers = [], exclude } = targets;
    if (filter === undefined) return null;
    const excludeComputerIds = exclude?.computers ?? [];
    const { total, fleet } = await this.count({
      groupIds,
      excludeGroupIds,
      computerIds: computers,
      excludeComputerIds,
      filter,
    });
    return confirmation({ total, fleet, confirmTargets, share: this.config.confirmShare });
  }

  private async count(request: PreviewTargets): Promise<{ total: number; fleet: number }> {
    const { platforms, fleet } = await this.rpc.call(FLEET_RPC.targetsPreview, request, {
      timeoutMs: COUNT_TIMEOUT_MS,
    });
    return { total: platforms.reduce((sum, { computers }) => sum + computers, 0), fleet };
  }
}
