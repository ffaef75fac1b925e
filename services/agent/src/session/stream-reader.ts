import { inboxShard, type Subscription } from '@waybill/contracts/agent';
import type { StreamMessage, StreamSubscription } from '../broker/agent-broker.js';
import type { CommandIntake } from '../commands/command-intake.js';
import type { CommandSource } from '../commands/command-source.js';
import { isLater } from '../commands/stream-position.js';
import type { Journal } from '../journal/journal.js';
import type { Log } from '../log.js';

export interface StreamReaderParts {
  computerId: string;
  journal: Journal;
  intake: CommandIntake;
  log: Log;
  /** Messages were missed: retention cut them off, the stream lost its tail, or it began anew. */
  onGap(stream: string): void;
  /** A message was refused that might stand for something the server wants. */
  onDoubt(stream: string): void;
  /** A message could not be journaled: nothing later may be taken before it, so reading has to start again. */
  onStuck(stream: string): void;
}

/** Reads one command stream in order; the position in the journal decides where reading goes on. */
export class StreamReader implements StreamSubscription {
  readonly stream: string;
  /** equal for subscriptions that are the same in everything that matters here */
  readonly key: string;
  private tail: Promise<void> = Promise.resolve();
  private stuck = false;

  constructor(
    private readonly parts: StreamReaderParts,
    private readonly subscription: Subscription,
  ) {
    this.stream = subscription.stream;
    this.key = JSON.stringify(subscription);
  }

  arguments(): Record<string, unknown> {
    this.stuck = false;
    const position = this.parts.journal.position(this.stream);
    // From the first message there is, not from a moment: what is older than the membership is judged away, and on RabbitMQ 4.3.6 a
    // consumer that asks for a moment in an empty stream costs the broker a second file descriptor for as long as it lives.
    const offset = position ? position.offset + 1 : 'first';
    if (this.subscription.kind === 'group') return { 'x-stream-offset': offset };
    // The filter works by chunk, and messages for many computers carry no filter value: every message is judged again.
    return { 'x-stream-offset': offset, 'x-stream-filter': this.parts.computerId, 'x-stream-match-unfiltered': true };
  }

  onMessage(message: StreamMessage): void {
    this.tail = this.tail
      .then(() => (this.stuck ? undefined : this.take(message)))
      .catch((error: unknown) => {
        this.stuck = true;
        this.parts.log.error(
          { err: error, stream: this.stream, offset: message.offset },
          'a command could not be journaled; reading starts again from it',
        );
        this.parts.onStuck(this.stream);
      });
  }

  private async take(message: StreamMessage): Promise<void> {
    const { journal, intake } = this.parts;
    const before = journal.position(this.stream);
    // Delivered again after a reconnect, or part of the first chunk before the wanted offset. The number in the header is
    // not signed: it can ask for a closer look, no more.
    if (before && message.offset <= before.offset && !isLater(before.seq, message.seq)) return message.ack();
    const { gap, doubt } = await intake.receive(message.body, this.source(), message.offset);
    message.ack();
    if (gap) this.parts.onGap(this.stream);
    else if (doubt) this.parts.onDoubt(this.stream);
  }

  private source(): CommandSource {
    const { subscription, stream } = this;
    if (subscription.kind === 'inbox') return { kind: 'inbox', stream, shard: inboxShard(this.parts.computerId) };
    const { groupId, generation, memberSince } = subscription;
    return { kind: 'group', stream, groupId, generation, memberSince };
  }
}
