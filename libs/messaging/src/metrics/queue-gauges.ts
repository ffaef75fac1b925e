import { deadLetterQueue } from '@waybill/contracts';
import type { BrokerConnection } from '../client/broker-connection.js';
import { KeptChannel } from '../client/kept-channel.js';
import type { VhostRole } from '../server/handler-extras.js';
import { TOPOLOGY } from '../topology/topology.js';
import { meter, observe } from './instruments.js';

export interface ConsumedQueue {
  vhost: VhostRole;
  queue: string;
}

/** How long a collection waits for a channel. */
const CHANNEL_MS = 1_000;

/**
 * Reports how many messages wait in the queues that this process reads, and in their queues of dead letters. The broker is asked by
 * a passive declaration, which any right on the queue allows; every replica reports the same, so take the largest.
 */
export class QueueGauges {
  private readonly channels = new Map<VhostRole, KeptChannel>();
  private end: () => void = () => undefined;

  constructor(
    private readonly connectionOf: (vhost: VhostRole) => BrokerConnection,
    private readonly consumed: () => readonly ConsumedQueue[],
  ) {}

  start(): void {
    const messages = meter().createObservableGauge('waybill.queue.messages', {
      unit: '{message}',
      description: 'Messages that wait in a queue and were not yet delivered to a consumer.',
    });
    this.end = observe([messages], async (result) => {
      for (const { vhost, queue } of withDeadLetters(this.consumed())) {
        const depth = await this.depth(vhost, queue);
        if (depth !== null) result.observe(messages, depth, { 'messaging.destination.name': queue });
      }
    });
  }

  async stop(): Promise<void> {
    this.end();
    await Promise.all([...this.channels.values()].map((channel) => channel.close()));
    this.channels.clear();
  }

  /** Null when the queue is not there or the broker is away: one queue must not hide the others. */
  private async depth(vhost: VhostRole, queue: string): Promise<number | null> {
    if (!this.connectionOf(vhost).connected) return null;
    try {
      const channel = await this.channel(vhost).ready(CHANNEL_MS);
      return (await channel.checkQueue(queue)).messageCount;
    } catch {
      return null;
    }
  }

  /** Of its own: a queue that is not there makes the broker close the channel that asked. */
  private channel(vhost: VhostRole): KeptChannel {
    let channel = this.channels.get(vhost);
    if (!channel) {
      channel = KeptChannel.plain({ connection: this.connectionOf(vhost), setup: async () => undefined });
      this.channels.set(vhost, channel);
    }
    return channel;
  }
}

function withDeadLetters(consumed: readonly ConsumedQueue[]): ConsumedQueue[] {
  const known = new Set(TOPOLOGY.flatMap(({ queues }) => queues.map(({ name }) => name)));
  return consumed.flatMap((entry) => {
    const dead = deadLetterQueue(entry.queue);
    return known.has(dead) ? [entry, { ...entry, queue: dead }] : [entry];
  });
}
