import { createHash } from 'node:crypto';
import type { InventoryRequest } from '@waybill/contracts/agent';
import type { Journal } from '../journal/journal.js';
import type { Log } from '../log.js';

const KEY = 'inventoryDigest';

/** Sends the inventory when something in it changed; how full a disk is does not count as a change. */
export class InventorySender {
  private running: Promise<void> | null = null;
  private again = false;

  constructor(
    private readonly journal: Journal,
    private readonly collect: () => Promise<InventoryRequest>,
    private readonly send: (inventory: InventoryRequest) => Promise<void>,
    private readonly log: Log,
  ) {}

  /** Looks and sends if needed; a failure is made good at the next look. Calls at the same time lead to one more look. */
  look(): Promise<void> {
    if (this.running) this.again = true;
    else
      this.running = this.once().finally(() => {
        this.running = null;
        if (!this.again) return;
        this.again = false;
        void this.look();
      });
    return this.running;
  }

  private async once(): Promise<void> {
    try {
      const inventory = await this.collect();
      const digest = digestOf(inventory);
      if (digest === this.journal.get(KEY)) return;
      await this.send(inventory);
      this.journal.set(KEY, digest);
    } catch (error) {
      this.log.warn({ err: error }, 'the inventory could not be sent');
    }
  }
}

function digestOf(inventory: InventoryRequest): string {
  const lasting = {
    ...inventory,
    clockSkewMs: inventory.clockSkewMs === undefined ? 0 : 1,
    disks: inventory.disks?.map(({ path, sizeBytes }) => ({ path, sizeBytes })),
  };
  return createHash('sha256').update(JSON.stringify(lasting)).digest('hex');
}
