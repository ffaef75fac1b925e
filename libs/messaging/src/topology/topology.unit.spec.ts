import { EVENTS, EXCHANGES, INBOX_SHARDS, inboxStream } from '@waybill/contracts';
import { BROKER_ACCOUNTS } from './broker-accounts.js';
import { SUBSCRIPTIONS, TOPOLOGY } from './topology.js';

describe('topology', () => {
  const [services, agents] = TOPOLOGY;

  it.each(TOPOLOGY.map((topology) => [topology.vhost, topology] as const))(
    '%s: names are unique and bindings join what exists',
    (_vhost, { exchanges, queues, bindings }) => {
      const names = queues.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { queue, exchange } of bindings) {
        expect(names).toContain(queue);
        expect(exchanges.map(({ name }) => name)).toContain(exchange);
      }
    },
  );

  it('every event has somebody who hears it: one that nobody does would come back to its sender for ever', () => {
    const heard = SUBSCRIPTIONS.flatMap(({ events }) => events);
    expect(Object.values(EVENTS).filter((event) => !heard.includes(event))).toEqual([]);
  });

  it('every quorum queue that is consumed has a dead-letter queue bound to its name', () => {
    for (const { queues, bindings } of TOPOLOGY) {
      const consumed = queues.filter(
        (queue) => queue.arguments['x-queue-type'] === 'quorum' && !queue.name.endsWith('.dead'),
      );
      expect(consumed.length).toBeGreaterThan(0);
      for (const { name, arguments: args } of consumed) {
        expect(args).toMatchObject({ 'x-dead-letter-exchange': EXCHANGES.dead, 'x-dead-letter-routing-key': name });
        expect(bindings).toContainEqual({ exchange: EXCHANGES.dead, queue: `${name}.dead`, routingKey: name });
      }
    }
  });

  it('every subscription names events of the contract and a queue of its service', () => {
    const known: readonly string[] = Object.values(EVENTS);
    for (const { service, queue, events } of SUBSCRIPTIONS) {
      expect(queue.startsWith(`${service}.`)).toBe(true);
      for (const event of events) expect(known).toContain(event);
    }
    expect(services!.vhost).toBe('services');
  });

  it('every event may be published by exactly one service', () => {
    for (const event of Object.values(EVENTS)) {
      const publishers = BROKER_ACCOUNTS.filter(({ topics }) =>
        topics.some(({ write }) => new RegExp(write).test(event)),
      );
      expect(publishers).toHaveLength(1);
    }
  });

  it('has every inbox shard, bound with its own name', () => {
    for (let shard = 0; shard < INBOX_SHARDS; shard++) {
      expect(agents!.bindings).toContainEqual({
        exchange: EXCHANGES.commands,
        queue: inboxStream(shard),
        routingKey: inboxStream(shard),
      });
    }
  });
});
