import type { MessageHandler } from '@nestjs/microservices';
import { WaybillError } from '@waybill/contracts';
import type { Delivery } from '../client/delivery.js';
import { countConsumed, recordQueueAge } from '../metrics/consumed-messages.js';
import { batchSpan } from '../tracing/spans.js';
import { bisect, type Judged } from './bisect.js';
import type { ConsumerDependencies } from './consumer-dependencies.js';
import { type IncomingMessage, incomingMessage } from './incoming-message.js';
import { invokeHandler } from './invoke-handler.js';
import { meansDown } from './means-down.js';
import { QueueConsumer } from './queue-consumer.js';
import { ACK, type Verdict } from './verdict.js';
import { reasonOf, verdictOfError } from './verdict-of-error.js';

export interface BatchQueue {
  queue: string;
  maxMessages: number;
  /** how long the first message of a batch waits for more */
  maxWaitMs: number;
  prefetch: number;
  handler: MessageHandler;
}

/** Handles the messages of a queue in batches, one batch at a time, while the next one gathers. */
export class BatchConsumer extends QueueConsumer {
  private gathered: Delivery[] = [];
  private timer: NodeJS.Timeout | null = null;
  private busy = false;
  private draining = false;

  constructor(
    private readonly options: BatchQueue,
    dependencies: ConsumerDependencies,
  ) {
    const { queue, prefetch } = options;
    super({ queue, prefetch, nameOf: ({ routingKey }) => routingKey }, dependencies);
  }

  override async drain(timeoutMs: number): Promise<void> {
    this.draining = true;
    await this.subscription.stop();
    this.flush();
    await super.drain(timeoutMs);
  }

  protected override forget(): void {
    this.gathered = [];
  }

  protected receive(delivery: Delivery): void {
    this.gathered.push(delivery);
    if (this.gathered.length >= this.options.maxMessages) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), this.options.maxWaitMs);
  }

  private flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.busy || this.gathered.length === 0) return;
    const batch = this.gathered.splice(0, this.options.maxMessages);
    this.busy = true;
    void this.work.track(() => this.handle(batch)).finally(() => this.next());
  }

  /** What gathered while we were busy has waited long enough. */
  private next(): void {
    this.busy = false;
    this.flush();
  }

  private async handle(batch: Delivery[]): Promise<void> {
    const messages = batch.map((delivery) => incomingMessage(delivery.message));
    for (const message of messages) recordQueueAge(this.options.queue, message);
    try {
      const judged = await batchSpan(messages, this.queue, () => this.judge(messages));
      this.subscription.succeeded();
      await this.settle(batch, messages, judged);
    } catch (error) {
      this.dependencies.logger.warn(`${this.queue}: a batch of ${batch.length} goes back: ${reasonOf(error)}`);
      this.subscription.pause(error as Error);
      countConsumed(this.options.queue, 'returned', batch.length);
      this.giveBack(batch);
    }
  }

  private judge(messages: readonly IncomingMessage[]): Promise<Judged[]> {
    return bisect(messages, {
      handle: async (part) =>
        ((await invokeHandler(this.options.handler, part, { queue: this.queue })) as Verdict[] | undefined) ??
        part.map(() => ACK),
      isGlobal: async (error) =>
        (error instanceof WaybillError && error.kind === 'unavailable') || meansDown(error, this.dependencies.probe),
      judge: (error) => ({ verdict: verdictOfError(error), why: reasonOf(error) }),
    });
  }

  /** One acknowledgement for all that is well, after everything else is settled: it covers every earlier delivery of the channel. */
  private async settle(batch: Delivery[], messages: IncomingMessage[], judged: Judged[]): Promise<void> {
    let last: Delivery | null = null;
    let accepted = 0;
    for (const [index, { verdict, why }] of judged.entries()) {
      if (verdict.kind === 'ack') [last, accepted] = [batch[index]!, accepted + 1];
      else await this.settler.settle(batch[index]!, messages[index]!, verdict, why);
    }
    last?.ack(true);
    countConsumed(this.options.queue, 'ack', accepted);
  }

  private giveBack(batch: Delivery[]): void {
    const waiting = this.draining ? [] : this.gathered.splice(0);
    // covers the batch too: it was delivered earlier on the same channel
    (waiting.at(-1) ?? batch.at(-1))?.giveBack(true);
  }
}
