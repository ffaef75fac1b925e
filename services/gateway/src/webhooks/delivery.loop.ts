import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Deliver } from './deliver.js';
import { deliveryBackOff } from './delivery-back-off.js';
import { type ClaimedDelivery, DeliveriesRepository } from './deliveries.repository.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { RECEIVER_TIMEOUT_MS } from './receiver.js';

/** Deliveries to one webhook at the same time, by each process. */
const ROOM = 8;
/** How often what is due is looked for; whatever makes something due in this process wakes the loop at once. */
const POLL_MS = 1_000;
/** An attempt has ended by then; if not, its process is gone. */
const LEASE_MS = RECEIVER_TIMEOUT_MS + 20_000;

/** Runs in every replica and delivers what is due. */
@Injectable()
export class DeliveryLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Webhooks');
  private readonly running = new Set<Promise<void>>();
  private readonly busy = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private claiming: Promise<void> | null = null;
  private called = false;
  private stopping = false;

  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly deliver: Deliver,
    private readonly metrics: DeliveryMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), POLL_MS);
  }

  /** What is under way ends, by its time-out at the latest; the rest is for another replica or the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopping = true;
    await this.claiming;
    await Promise.all(this.running);
  }

  /** Something may be due. Never throws. */
  wake(): void {
    this.called = true;
    this.claiming ??= this.claim().finally(() => {
      this.claiming = null;
      // called between the last look and here
      if (this.called && !this.stopping) this.wake();
    });
  }

  private async claim(): Promise<void> {
    while (this.called && !this.stopping) {
      this.called = false;
      try {
        for (const claimed of await this.deliveries.claim(this.busy, ROOM, LEASE_MS)) this.begin(claimed);
      } catch (error) {
        this.logger.warn({ err: error }, 'due deliveries cannot be read; trying again');
      }
    }
  }

  private begin(claimed: ClaimedDelivery): void {
    const { webhookId } = claimed;
    this.busy.set(webhookId, (this.busy.get(webhookId) ?? 0) + 1);
    const done = this.carryOut(claimed).finally(() => {
      this.running.delete(done);
      const left = this.busy.get(webhookId)! - 1;
      if (left > 0) this.busy.set(webhookId, left);
      else this.busy.delete(webhookId);
      this.wake();
    });
    this.running.add(done);
  }

  private async carryOut(claimed: ClaimedDelivery): Promise<void> {
    const outcome = await this.deliver.run(claimed);
    try {
      const state = await this.deliveries.settle(claimed, outcome, deliveryBackOff(claimed.attempt));
      if (state !== null) this.metrics.attempted(state, outcome.durationMs);
      const { webhookId, id: deliveryId } = claimed;
      if (state === 'dead')
        this.logger.warn(
          { webhookId, deliveryId, error: outcome.error },
          'a delivery is dead: all attempts have failed',
        );
    } catch (error) {
      // its lease ends and it is sent again
      this.logger.warn({ err: error }, 'the outcome of a delivery could not be stored');
    }
  }
}
