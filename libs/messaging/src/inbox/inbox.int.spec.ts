import { Controller } from '@nestjs/common';
import { ComputerRemoved, EVENTS } from '@waybill/contracts';
import { computerRemoved } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { TestDatabase } from '../specs/test-database.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { EventHandler } from '../server/decorators.js';
import type { MessageContext } from '../server/message-context.js';
import { Inbox } from './inbox.js';

const inbox = new Inbox();
let database: TestDatabase;
let deliveries = 0;
let failAfterCommit = true;

@Controller()
class CountingController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  async removed(_event: ComputerRemoved, { messageId, queue }: MessageContext): Promise<void> {
    deliveries++;
    await database.transaction(async (client) => {
      if (await inbox.firstTime(client, queue, messageId))
        await client.query('INSERT INTO effects (message_id) VALUES ($1)', [messageId]);
    });
    if (failAfterCommit) {
      failAfterCommit = false;
      throw new Error('died after the commit, before the acknowledgement');
    }
  }
}

describe('inbox', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.start(), TestDatabase.start()]);
    await database.pool.query('CREATE TABLE effects (message_id text)');
  });
  afterAll(async () => {
    await broker.stop();
    await database.stop();
  });

  const effects = async () =>
    (await database.pool.query<{ message_id: string }>('SELECT message_id FROM effects')).rows.map(
      (row) => row.message_id,
    );

  it('a message that is delivered twice and published twice has its effect once', async () => {
    await startService(broker, [CountingController], { service: 'result' });
    const [message, other] = [computerRemoved(), computerRemoved()];
    const publisher = broker.publisher('services');
    await publisher.publish(message);
    await publisher.publish(message);
    await publisher.publish(other);
    // one failure: four deliveries of three messages
    await eventually(() => expect(deliveries).toBe(4));
    await eventually(async () => expect((await effects()).sort()).toEqual([message.messageId, other.messageId].sort()));
  });

  it('a rolled back transaction leaves no trace, and another consumer counts apart', async () => {
    const id = 'message-1';
    await expect(
      database.transaction(async (client) => {
        expect(await inbox.firstTime(client, 'a', id)).toBe(true);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow();
    const first = (consumer: string) => database.transaction((client) => inbox.firstTime(client, consumer, id));
    expect([await first('a'), await first('a'), await first('b')]).toEqual([true, false, true]);
  });

  it('forgets ids only after two weeks', async () => {
    await database.pool.query(
      `INSERT INTO inbox (consumer, message_id, received_at) VALUES ('c', 'old', now() - interval '15 days'), ('c', 'young', now() - interval '13 days')`,
    );
    await inbox.purge(database.pool);
    const { rows } = await database.pool.query(`SELECT message_id FROM inbox WHERE consumer = 'c'`);
    expect(rows).toEqual([{ message_id: 'young' }]);
  });
});
