import { Injectable } from '@nestjs/common';
import { PACKAGE_RPC, WaybillError } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { hasControlCharacters } from '../jobs/check-order.js';
import { LOOKUP_TIMEOUT_MS } from './lookup-timeout.js';

/** Asks package for a category: what a job may be made for, and who sees it, depends on what it is now. */
@Injectable()
export class CategoryLookup {
  constructor(private readonly rpc: RpcClient) {}

  /**
   * @param needed false: null when package is away; the job is then for those only whose role holds for all categories
   * @returns null also for a package that does not exist
   * @throws WaybillError unavailable when it is needed and package does not answer
   */
  async find(name: string, needed: boolean): Promise<string | null> {
    if (hasControlCharacters(name)) return null;
    try {
      return (await this.rpc.call(PACKAGE_RPC.get, { name }, { timeoutMs: LOOKUP_TIMEOUT_MS })).category;
    } catch (error) {
      const away = !(error instanceof WaybillError) || error.kind === 'unavailable' || error.kind === 'internal';
      if (away && needed) throw error;
      return null;
    }
  }
}
