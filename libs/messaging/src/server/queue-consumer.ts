import type { Delivery } from '../client/delivery.js';
import type { ConsumerDependencies, RunningConsumer } from './consumer-dependencies.js';
import type { IncomingMessage } from './incoming-message.js';
import { type PausableOptions, PausableSubscription } from './pausable-subscription.js';
import { Settler } from './settler.js';
import { WorkInHand } from './work-in-hand.js';

export interface QueueConsumerOptions extends Pick<PausableOptions, 'queue' | 'prefetch' | 'exclusive' | 'prepare'> {
  /** what a dead message is called in the log, beside its id */
  nameOf: (message: IncomingMessage) => string | null;
}

/** One queue being consumed: pauses while the database is down, carries out verdicts, and ends when all in hand is settled. */
export abstract class QueueConsumer implements RunningConsumer {
  readonly queue: string;
  protected readonly subscription: PausableSubscription;
  protected readonly settler: Settler;
  protected readonly work = new WorkInHand();

  constructor(
    { queue, nameOf, ...subscription }: QueueConsumerOptions,
    protected readonly dependencies: ConsumerDependencies,
  ) {
    const { service, publisher, maxFailures, logger, connection, probe } = dependencies;
    this.queue = queue;
    this.settler = new Settler({
      queue,
      service,
      publisher,
      maxFailures,
      onDead: (message, reason) =>
        logger.warn(`${queue}: message ${message.id} (${nameOf(message)}) is dead: ${reason}`),
    });
    this.subscription = new PausableSubscription({
      ...subscription,
      queue,
      connection,
      probe,
      onMessage: (delivery) => this.receive(delivery),
      onLost: () => this.forget(),
    });
  }

  get trouble(): string | null {
    return this.subscription.trouble;
  }

  async drain(timeoutMs: number): Promise<void> {
    await this.subscription.stop();
    await this.work.idle(timeoutMs);
  }

  close(): Promise<void> {
    return this.subscription.close();
  }

  protected abstract receive(delivery: Delivery): void;

  /** The channel is gone: the broker delivers again what was not acknowledged. */
  protected forget(): void {}
}
