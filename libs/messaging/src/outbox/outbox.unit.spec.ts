import { EVENTS, EXCHANGES } from '@waybill/contracts';
import { Outbox } from './outbox.js';

/** Notes the types of what would be stored. */
async function storedTypes(...types: string[]): Promise<unknown> {
  let stored: unknown = [];
  const sql = {
    query: (_text: string, parameters?: unknown[]) => {
      stored = parameters?.[3];
      return Promise.resolve([]);
    },
  };
  const messages = types.map((type) => ({
    exchange: EXCHANGES.events,
    routingKey: type,
    type,
    messageId: 'm',
    body: {},
  }));
  await new Outbox().add(
    sql,
    messages.map((message) => ({ ...message, vhost: 'services' as const })),
  );
  return stored;
}

describe('outbox', () => {
  it('keeps an event that somebody subscribes to', async () => {
    expect(await storedTypes(EVENTS.groupChanged, EVENTS.computerRemoved)).toEqual([
      EVENTS.groupChanged,
      EVENTS.computerRemoved,
    ]);
  });

  it('drops an event that the topology gives to nobody: it could only come back', async () => {
    expect(await storedTypes(EVENTS.groupMembersChanged)).toEqual([]);
    expect(await storedTypes(EVENTS.groupMembersChanged, EVENTS.groupChanged)).toEqual([EVENTS.groupChanged]);
  });
});
