import { EXCHANGES } from '@waybill/contracts';
import { BrokerConnection, eventSenders, Publisher } from '@waybill/messaging';
import { testImpersonator } from '@waybill/testing';
import { v7 } from 'uuid';
import type { GatewayWorld } from './gateway-world.fixtures.spec.js';

/** Tells events in the names of the services that say such things. */
export class ToldEvents {
  private constructor(
    private readonly publisher: Publisher,
    readonly stop: () => Promise<void>,
  ) {}

  static async of({ vhosts }: GatewayWorld): Promise<ToldEvents> {
    const impersonator = await testImpersonator([vhosts.services]);
    const connection = new BrokerConnection({ url: impersonator.url, vhost: vhosts.services, name: 'teller' }).start();
    await connection.ready(10_000);
    const publisher = new Publisher({ connection });
    return new ToldEvents(publisher, async () => {
      await connection.close();
      await impersonator.remove();
    });
  }

  /** Resolves when a queue has it. */
  async tell(type: string, body: object, messageId: string = v7()): Promise<void> {
    const [userId] = eventSenders(type);
    await this.publisher.publish({
      exchange: EXCHANGES.events,
      routingKey: type,
      type,
      messageId,
      body,
      userId: userId!,
    });
  }
}
