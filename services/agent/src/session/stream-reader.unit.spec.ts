import { randomUUID } from 'node:crypto';
import type { CommandIntake } from '../commands/command-intake.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { silentLog } from '../log.js';
import { StreamReader } from './stream-reader.js';

describe('a command stream', () => {
  async function read(...messages: [offset: number, seq: number][]) {
    const journal = new MemoryJournal();
    journal.advance('s', { offset: 10, seq: 5 });
    const taken: string[] = [];
    let [acks, gaps] = [0, 0];
    const receive: CommandIntake['receive'] = (body, _, position) => {
      taken.push(body);
      journal.advance('s', position!);
      return Promise.resolve();
    };
    const intake = { receive } as Partial<CommandIntake> as CommandIntake;
    const reader = new StreamReader(
      { computerId: randomUUID(), journal, intake, log: silentLog, onGap: () => gaps++, onStuck: () => {} },
      { kind: 'group', groupId: randomUUID(), stream: 's', generation: 1, memberSince: new Date().toISOString() },
    );
    for (const [offset, seq] of messages) reader.onMessage({ body: String(seq), offset, seq, ack: () => acks++ });
    await new Promise((resolve) => setImmediate(resolve));
    return { taken, acks, gaps, position: journal.position('s') };
  }

  it('is read on from its position, and what comes again is only acknowledged', async () => {
    expect(await read([9, 4], [10, 5], [11, 6])).toEqual({
      taken: ['6'],
      acks: 3,
      gaps: 0,
      position: { offset: 11, seq: 6 },
    });
  });

  it('that lost its tail gives old offsets to new commands: they are read, and the gap is said', async () => {
    expect(await read([8, 6], [9, 7])).toEqual({
      taken: ['6', '7'],
      acks: 2,
      gaps: 1,
      position: { offset: 9, seq: 7 },
    });
  });

  it('says when a number is missing', async () => {
    expect(await read([11, 8])).toMatchObject({ taken: ['8'], gaps: 1 });
  });
});
