import { Injectable } from '@nestjs/common';
import { FLEET_RPC } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { LOOKUP_TIMEOUT_MS } from '../catalogue/lookup-timeout.js';

/** Most ids that fleet takes at once. */
const MOST = 5_000;

/** Tells which computers exist. There is no copy of them here: fleet is asked. */
@Injectable()
export class KnownComputers {
  constructor(private readonly rpc: RpcClient) {}

  /**
   * @returns those of the ids that exist, in lower case
   * @throws WaybillError unavailable when fleet does not answer
   */
  async among(ids: readonly string[]): Promise<Set<string>> {
    const known = new Set<string>();
    const wanted = [...new Set(ids.map((id) => id.toLowerCase()))];
    for (let from = 0; from < wanted.length; from += MOST) {
      const computerIds = wanted.slice(from, from + MOST);
      const request = { groupIds: [], computerIds, excludeGroupIds: [], excludeComputerIds: [], limit: MOST };
      const { targets } = await this.rpc.call(FLEET_RPC.targetsResolve, request, { timeoutMs: LOOKUP_TIMEOUT_MS });
      for (const { computerId } of targets) known.add(computerId);
    }
    return known;
  }
}
