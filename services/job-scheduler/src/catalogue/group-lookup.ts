import { Injectable } from '@nestjs/common';
import { FLEET_RPC, type GroupView, WaybillError } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { hasControlCharacters } from '../jobs/check-order.js';
import { GroupsRepository } from './groups.repository.js';
import { LOOKUP_TIMEOUT_MS } from './lookup-timeout.js';

/** A group whose event has not come is new, and a new group's stream is of the first generation; the event corrects us. */
const FIRST_GENERATION = 1;

/** Finds groups by name: in our copies, and what is not there by asking fleet, whose event may be on its way. */
@Injectable()
export class GroupLookup {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
    private readonly groups: GroupsRepository,
  ) {}

  /**
   * @returns ids by name; unknown names are missing
   * @throws WaybillError unavailable when fleet has to be asked and does not answer
   */
  async find(names: readonly string[]): Promise<Map<string, string>> {
    const possible = [...new Set(names)].filter((name) => !hasControlCharacters(name));
    if (possible.length === 0) return new Map();
    const copies = await this.groups.findByNames(this.dataSource, possible);
    const found = new Map(copies.map(({ name, id }) => [name, id]));
    const asked = await Promise.all(possible.filter((name) => !found.has(name)).map((name) => this.ask(name)));
    for (const group of asked) if (group) found.set(group.name, group.id);
    return found;
  }

  private async ask(name: string): Promise<GroupView | null> {
    try {
      const group = await this.rpc.call(FLEET_RPC.groupGet, { name }, { timeoutMs: LOOKUP_TIMEOUT_MS });
      const { id: groupId, revision } = group;
      await this.groups.changed(this.dataSource, {
        groupId,
        name,
        generation: FIRST_GENERATION,
        revision,
        deleted: false,
      });
      return group;
    } catch (error) {
      if (error instanceof WaybillError && (error.kind === 'notFound' || error.kind === 'invalid')) return null;
      throw error;
    }
  }
}
