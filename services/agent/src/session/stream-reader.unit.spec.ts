import { eventually } from '@waybill/testing';
import { executeCommand } from '../../spec/commands.js';
import { IntakeWorld } from '../../spec/intake-world.js';
import { silentLog } from '../log.js';
import { StreamReader } from './stream-reader.js';

interface Message {
  offset: number;
  /** number in the header */
  seq: number;
  forged?: boolean;
  /** signed number, if not that of the header */
  signed?: number;
}

describe('a command stream', () => {
  async function read(...messages: Message[]) {
    const world = new IntakeWorld();
    const { journal, intake, computerId, groupId, source, audience } = world;
    journal.advance('s', { offset: 10, seq: 5 });
    let [acks, gaps, stuck, doubts] = [0, 0, 0, 0];
    const reader = new StreamReader(
      {
        computerId,
        journal,
        intake,
        log: silentLog,
        onGap: () => gaps++,
        onDoubt: () => doubts++,
        onStuck: () => stuck++,
      },
      { ...source, groupId },
    );
    for (const { offset, seq, forged, signed = seq } of messages) {
      const command = executeCommand({ audience, seq: signed });
      const body = await (forged ? world.forge(command) : world.sign(command));
      reader.onMessage({ body, offset, seq, ack: () => acks++ });
    }
    await eventually(() => expect([acks, stuck]).toEqual([messages.length, 0]));
    const taken = world.received.map((command) => command.seq);
    return { taken, acks, gaps, position: journal.position('s') };
  }

  it('is read on from its position, and what comes again is only acknowledged', async () => {
    expect(await read({ offset: 9, seq: 4 }, { offset: 10, seq: 5 }, { offset: 11, seq: 6 })).toEqual({
      taken: [6],
      acks: 3,
      gaps: 0,
      position: { offset: 11, seq: 6 },
    });
  });

  it('that lost its tail gives old offsets to new commands: they are read, and the gap is said', async () => {
    expect(await read({ offset: 8, seq: 6 }, { offset: 9, seq: 7 })).toEqual({
      taken: [6, 7],
      acks: 2,
      gaps: 1,
      position: { offset: 9, seq: 7 },
    });
  });

  it('says when a number is missing', async () => {
    expect(await read({ offset: 11, seq: 8 })).toMatchObject({ taken: [8], gaps: 1 });
  });

  it('believes the signed number, not that of the header: a made-up one cannot hide a lost command', async () => {
    const forged = { offset: 11, seq: 1_000, forged: true };
    const copy = { offset: 12, seq: 1_000, signed: 5 };
    const afterLost = { offset: 13, seq: 7 };
    expect(await read(forged, copy, afterLost)).toMatchObject({ gaps: 1, position: { offset: 13, seq: 7 } });
  });

  it('is not read again from the start because a header says so', async () => {
    expect(await read({ offset: 8, seq: 1_000, forged: true })).toMatchObject({ position: { offset: 10, seq: 5 } });
    expect(await read({ offset: 8, seq: 1_000, signed: 4 })).toMatchObject({
      taken: [],
      gaps: 0,
      position: { offset: 10, seq: 5 },
    });
  });
});
