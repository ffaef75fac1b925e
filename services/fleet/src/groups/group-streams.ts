import type { OnApplicationShutdown } from '@nestjs/common';
import { EXCHANGES, groupStream, WaybillError } from '@waybill/contracts';
import { groupStreamArguments } from '@waybill/messaging';
import type { BrokerConnection } from '@waybill/messaging/client';

type Channel = Awaited<ReturnType<Awaited<ReturnType<BrokerConnection['ready']>>['createChannel']>>;

/** How long a request waits for the broker, milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;

/** Declares and deletes the groups' command streams; the only topology that changes at run time. */
export class GroupStreams implements OnApplicationShutdown {
  constructor(private readonly connection: BrokerConnection) {}

  /**
   * Makes the stream and routes commands to it. Doing it again changes nothing; a stream whose group was never stored
   * stays empty and unread.
   * @throws WaybillError kind `unavailable`, code `broker.unavailable`
   */
  async declare(groupId: string, generation: number): Promise<void> {
    const stream = groupStream(groupId, generation);
    await this.onChannel(async (channel) => {
      await channel.assertQueue(stream, { durable: true, arguments: groupStreamArguments() });
      await channel.bindQueue(stream, EXCHANGES.commands, stream);
    });
  }

  /** @throws WaybillError kind `unavailable`, code `broker.unavailable` */
  async remove(stream: string): Promise<void> {
    await this.onChannel((channel) => channel.deleteQueue(stream));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
  }

  private async onChannel(work: (channel: Channel) => Promise<unknown>): Promise<void> {
    try {
      const model = await this.connection.ready(CONNECT_TIMEOUT_MS);
      const channel = await model.createChannel();
      // a refused operation rejects its promise; without a listener it would also end the process
      channel.on('error', () => undefined);
      await work(channel);
      await channel.close();
    } catch (error) {
      throw new WaybillError(
        'unavailable',
        'broker.unavailable',
        `The group's command stream could not be changed: ${(error as Error).message}. Try again.`,
      );
    }
  }
}
