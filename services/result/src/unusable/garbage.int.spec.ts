import { EVENTS, reportKey } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { v7 } from 'uuid';
import { statusReport } from '../ingest/report.fixtures.spec.js';
import { counters } from '../specs/executions.fixtures.spec.js';
import { type ResultReplicas, startResult } from '../specs/result-replicas.spec.js';
import { BYTES_PER_HOUR, LETTERS_PER_HOUR } from './dead-letter-budget.js';

let result: ResultReplicas;

beforeAll(async () => {
  result = await startResult(2);
});
afterAll(() => result.stop());

const PATIENCE = { timeoutMs: 60_000 };
/** routing keys of all dead letters so far */
const senders: string[] = [];

const garbage = (computerId: string, options: object = {}) =>
  result.report({ computerId }, { content: Buffer.from('garbage'), ...options });

async function lettersOf(computerId: string): Promise<number> {
  for (const { headers } of await result.take('agents', 'reports.status.dead'))
    senders.push(String(headers['x-waybill-routing-key']));
  return senders.filter((key) => key === reportKey(computerId, 'status')).length;
}

/** Waits until so many messages of a computer were looked at. */
async function lookedAt(computerId: string, sent: number): Promise<void> {
  const text = 'SELECT total::int AS n FROM unusable_reports WHERE computer_id = $1';
  await eventually(async () => {
    const [row] = await result.sql.query<{ n: number }[]>(text, [computerId]);
    // one that was delivered again is counted again
    expect(row?.n).toBeGreaterThanOrEqual(sent);
  }, PATIENCE);
}

describe('an agent that sends garbage without end', () => {
  it('uses up its own budget of dead letters and nobody else’s, and the others are heard', async () => {
    const [bad, other, good, jobId] = [v7(), v7(), v7(), v7()];
    const targets = [{ computerId: good, name: 'good', online: true }];
    const job = { v: 1, jobId, run: 1, chunk: 0, chunks: 1, total: 1, expiresAt: '2026-09-30T00:00:00Z', targets };
    await result.tell(EVENTS.jobTargetsAssigned, job);
    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual({ queued: 1 }));

    const sent = LETTERS_PER_HOUR * 3;
    // without a user name too: the routing key is proof enough of who it was
    await Promise.all(Array.from({ length: sent }, (_, i) => garbage(bad, i % 2 ? { userId: null } : {})));
    await garbage(other);
    await result.report(statusReport({ jobId, computerId: good, status: 'accepted' }));

    await eventually(async () => expect(await counters(result.sql, jobId)).toEqual({ accepted: 1 }), PATIENCE);
    await lookedAt(bad, sent);
    await eventually(async () => expect(await lettersOf(other)).toBe(1), PATIENCE);
    await eventually(async () => expect(await lettersOf(bad)).toBe(LETTERS_PER_HOUR), PATIENCE);
    const used = await result.sql.query<object[]>('SELECT letters FROM unusable_reports WHERE computer_id = $1', [bad]);
    expect(used).toEqual([{ letters: LETTERS_PER_HOUR }]);

    await result.sql.query(`UPDATE unusable_reports SET hour_began = now() - interval '61 minutes'`);
    await garbage(bad);
    await eventually(async () => expect(await lettersOf(bad)).toBe(LETTERS_PER_HOUR + 1), PATIENCE);
  });

  it('in few large messages is bounded by their bytes', async () => {
    const bad = v7();
    const large = { content: Buffer.alloc(BYTES_PER_HOUR / 2 - 10_000) };
    for (let i = 0; i < 4; i++) await garbage(bad, large);
    await lookedAt(bad, 4);
    await eventually(async () => expect(await lettersOf(bad)).toBe(2), PATIENCE);
    // what came last fits into what is left
    await garbage(bad);
    await eventually(async () => expect(await lettersOf(bad)).toBe(3), PATIENCE);
  });
});
