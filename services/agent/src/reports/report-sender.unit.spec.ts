import { eventually } from '@waybill/testing';
import { executeCommand } from '../../spec/commands.js';
import type { AgentBroker } from '../broker/agent-broker.js';
import { newAttempt } from '../execution/attempt.js';
import type { UnsentReport } from '../journal/journal.records.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { silentLog } from '../log.js';
import { CorrectedClock } from '../time/clock.js';
import { ReportSender } from './report-sender.js';
import { ReportWriter } from './report-writer.js';

describe('reports', () => {
  function world(publish: (unsent: UnsentReport) => Promise<void>, coalesceMs = 50) {
    const journal = new MemoryJournal();
    const clock = new CorrectedClock();
    const writer = new ReportWriter('computer', journal, clock);
    const sender = new ReportSender(journal, silentLog, coalesceMs, () => 0);
    writer.onWritten((final) => sender.written(final));
    const record = newAttempt(executeCommand({ audience: { shard: 1 } }), new Date().toISOString());
    journal.insertAttempt(record);
    const sent: UnsentReport[] = [];
    const broker = {
      publishStatus: (unsent: UnsentReport) => {
        sent.push(unsent);
        return publish(unsent);
      },
    } as Partial<AgentBroker> as AgentBroker;
    return { journal, writer, sender, record, sent, broker };
  }

  it('of passing states are coalesced into the newest, numbers rising', async () => {
    const { journal, writer, sender, record, sent, broker } = world(() => Promise.resolve());
    sender.attach(broker);
    for (const status of ['accepted', 'downloading', 'installing'] as const) writer.write(record, { status });
    await eventually(() => expect(journal.unsent()).toEqual([]));
    expect(sent.map(({ report: { status, seq } }) => [status, seq])).toEqual([['installing', 3]]);
    sender.stop();
  });

  it('of an end leave at once', async () => {
    const { writer, sender, record, sent, broker } = world(() => Promise.resolve(), 60_000);
    sender.attach(broker);
    writer.write(record, { status: 'accepted' });
    writer.write(record, { status: 'succeeded', evidence: 'deb' });
    await eventually(() => expect(sent.map(({ report: { status } }) => status)).toEqual(['succeeded']));
    sender.stop();
  });

  it('are sent again with the same id until they are confirmed', async () => {
    let tries = 0;
    const { journal, writer, sender, record, sent, broker } = world(() =>
      ++tries < 3 ? Promise.reject(new Error('no confirm')) : Promise.resolve(),
    );
    sender.attach(broker);
    writer.write(record, { status: 'failed' });
    await eventually(() => expect(journal.unsent()).toEqual([]));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(sent).toHaveLength(3);
    sender.stop();
  });

  it('wait for a connection, and go on the next one when the first was lost', async () => {
    const { journal, writer, sender, record, sent, broker } = world(() => Promise.resolve());
    writer.write(record, { status: 'failed' });
    const lost = { publishStatus: () => new Promise<void>(() => {}) } as Partial<AgentBroker> as AgentBroker;
    sender.attach(lost);
    sender.attach(null);
    expect(journal.unsent()).toHaveLength(1);
    sender.attach(broker);
    await eventually(() => expect(journal.unsent()).toEqual([]));
    expect(sent).toHaveLength(1);
    sender.stop();
  });
});
