import type { ConsumeMessage } from 'amqplib';
import { type Actor, type RpcReply, rpcQueue, WaybillError } from '@waybill/contracts';
import { ACTOR_HEADER, type BrokerConnection, ConsumerChannel, RPC_SERVICES } from '@waybill/messaging';

type Handler = (request: never) => unknown;

/** The services behind the gateway, as a spec wants them to answer over the broker; a pattern without an answer stays silent. */
export class FakeServices {
  readonly answers = new Map<string, Handler>();
  /** every request that came */
  readonly asked: { pattern: string; request: unknown }[] = [];
  /** who each of them was made for, as the gateway signed it */
  readonly actors: (Actor | null)[] = [];
  private readonly channels: ConsumerChannel[];

  constructor(private readonly connection: BrokerConnection) {
    this.channels = RPC_SERVICES.map((service) => {
      const channel = new ConsumerChannel(this.connection);
      channel.subscribe({
        queue: rpcQueue(service),
        prefetch: 10,
        onMessage: (delivery) => {
          delivery.ack();
          void this.handle(delivery.message);
        },
      });
      return channel;
    });
  }

  askedFor(pattern: string): unknown[] {
    return this.asked.filter((call) => call.pattern === pattern).map(({ request }) => request);
  }

  async close(): Promise<void> {
    await Promise.all(this.channels.map((channel) => channel.close()));
  }

  private async handle({ content, properties }: ConsumeMessage): Promise<void> {
    const pattern = String(properties.type);
    const request = JSON.parse(content.toString()) as never;
    this.asked.push({ pattern, request });
    this.actors.push(actorOf(properties.headers?.[ACTOR_HEADER]));
    const handler = this.answers.get(pattern);
    if (!handler) return;
    const reply = await replyOf(handler, request);
    const channel = await (await this.connection.ready(5000)).createChannel();
    channel.sendToQueue(String(properties.replyTo), Buffer.from(JSON.stringify(reply)), {
      correlationId: properties.correlationId,
    });
    await channel.close();
  }
}

/** Read without being checked: that the services do so is shown elsewhere. */
function actorOf(token: unknown): Actor | null {
  if (typeof token !== 'string') return null;
  const payload = Buffer.from(token.split('.')[1]!, 'base64url').toString();
  return (JSON.parse(payload) as { actor: Actor }).actor;
}

async function replyOf(handler: Handler, request: never): Promise<RpcReply<unknown>> {
  try {
    return { ok: true, data: await handler(request) };
  } catch (error) {
    if (error instanceof WaybillError) return { ok: false, error: error.toWire() };
    throw error;
  }
}
