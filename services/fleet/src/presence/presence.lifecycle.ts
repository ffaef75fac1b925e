import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Repeating } from '../timing/repeating.js';
import { PresenceConsumer } from './presence-consumer.js';
import { PresenceReconciler } from './presence-reconciler.js';

const TURN_MS = 1_000;

/** Starts following the agents' connections with the application and ends with it. */
@Injectable()
export class PresenceLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly reconciliation: Repeating;

  constructor(
    private readonly consumer: PresenceConsumer,
    reconciler: PresenceReconciler,
  ) {
    this.reconciliation = new Repeating('presence reconciliation', TURN_MS, () => reconciler.turn());
  }

  onApplicationBootstrap(): void {
    this.consumer.start();
    this.reconciliation.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.reconciliation.stop();
    await this.consumer.stop();
  }
}
