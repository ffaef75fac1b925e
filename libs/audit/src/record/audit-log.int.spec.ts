import { createHash } from 'node:crypto';
import { runAs } from '@waybill/messaging';
import { eventually } from '@waybill/testing';
import pg from 'pg';
import { AuditedDatabase } from '../specs/audited-database.spec.js';

let database: AuditedDatabase;
beforeEach(async () => {
  database = await AuditedDatabase.start();
});
afterEach(() => database.stop());

const alice = {
  kind: 'user' as const,
  id: 'u-1',
  name: 'alice',
  grants: [],
  requestId: 'r-1',
  address: '192.0.2.7',
};

describe('AuditLog', () => {
  it('records who did what to what, with digests of before and after', async () => {
    await runAs(alice, () =>
      database.work.run((sql) =>
        database.log.record(sql, {
          action: 'package.updated',
          object: { type: 'package', id: 'acme' },
          before: { title: 'Acme', name: 'acme' },
          after: { name: 'acme', title: 'Acme 2' },
          details: { changed: ['title'] },
        }),
      ),
    );
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(await database.entries()).toEqual([
      {
        v: 1,
        service: 'package',
        seq: 1,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        actor: { kind: 'user', id: 'u-1', name: 'alice' },
        requestId: 'r-1',
        address: '192.0.2.7',
        action: 'package.updated',
        object: { type: 'package', id: 'acme' },
        before: sha256('{"name":"acme","title":"Acme"}'),
        after: sha256('{"name":"acme","title":"Acme 2"}'),
        details: { changed: ['title'] },
      },
    ]);
  });

  it('names the service itself where nobody asked', async () => {
    await database.change(1);
    expect(await database.entries()).toMatchObject([
      { actor: { kind: 'service', id: 'package', name: 'package' }, requestId: null, address: null, before: null },
    ]);
  });

  it('keeps what somebody tried, whatever the characters', async () => {
    const name = `a\u0000b\ud800${'x'.repeat(2000)}`;
    await database.work.run((sql) =>
      database.log.record(
        sql,
        { action: 'session.refused', object: { type: 'account', id: name }, details: { name } },
        {
          kind: 'user',
          id: name,
          name,
        },
      ),
    );
    const [entry] = await database.entries();
    expect(entry!['object']).toEqual({ type: 'account', id: expect.stringMatching(/^a\ufffdb\ufffdx+…$/) });
    expect((await database.verify()).broken).toBeNull();
  });

  it('leaves nothing when the transaction is rolled back', async () => {
    await database.change(1);
    await expect(database.change(1)).rejects.toThrow('duplicate key');
    const doomed = database.work.run(async (sql) => {
      await database.log.record(sql, { action: 'thing.created', object: { type: 'thing', id: '2' } });
      throw new Error('changed my mind');
    });
    await expect(doomed).rejects.toThrow('changed my mind');
    await database.change(3);
    expect(await database.count('package.things')).toBe(2);
    expect((await database.entries()).map((entry) => entry['object'])).toEqual([
      { type: 'thing', id: '1' },
      { type: 'thing', id: '3' },
    ]);
    expect(await database.verify()).toMatchObject({ entries: 2, broken: null });
    expect(await database.count('package_audit.intake')).toBe(0);
  });

  it('leaves nothing when the writer is killed in the middle, and holds up nobody', async () => {
    const victim = new pg.Client({ connectionString: database.url });
    victim.on('error', () => undefined);
    await victim.connect();
    await victim.query('BEGIN');
    await victim.query('INSERT INTO package.things VALUES (1)');
    await database.log.record(victim, { action: 'thing.created', object: { type: 'thing', id: '1' } });
    // as far as a commit comes before it is written: the entry is chained and the chain's lock is held
    await victim.query('SET CONSTRAINTS ALL IMMEDIATE');
    const { rows } = await victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const waiting = database.change(2);
    await eventually(async () =>
      expect(
        await database.count(`pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')`),
      ).toBeGreaterThan(0),
    );
    await database.dataSource.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
    await waiting;
    await victim.end().catch(() => undefined);
    expect(await database.count('package.things')).toBe(1);
    expect((await database.entries()).map((entry) => entry['object'])).toEqual([{ type: 'thing', id: '2' }]);
    expect(await database.verify()).toMatchObject({ entries: 1, broken: null });
  });

  it('keeps one chain under many writers at once, without gaps, in the order of the commits', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, id) => database.change(id)));
    expect(await database.verify()).toMatchObject({ entries: 200, broken: null });
    const entries = await database.entries();
    expect(entries.map((entry) => entry['seq'])).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    const times = entries.map((entry) => String(entry['at']));
    expect(times).toEqual(times.toSorted());
  });

  it('chains all that one transaction has recorded, in the order in which it was, also beside others', async () => {
    const many = (of: string) =>
      database.work.run(async (sql) => {
        const record = (id: number) => ({ action: 'thing.seen', object: { type: 'thing', id: `${of}${id}` } });
        await database.log.record(
          sql,
          Array.from({ length: 100 }, (_, id) => record(id)),
        );
        await database.log.record(sql, record(100));
      });
    await Promise.all(['a', 'b', 'c', 'd'].map(many));
    expect(await database.verify()).toMatchObject({ entries: 404, broken: null });
    const ids = (await database.entries()).map((entry) => (entry['object'] as { id: string }).id);
    const blocks = Array.from({ length: 4 }, (_, i) => ids.slice(i * 101, (i + 1) * 101));
    for (const block of blocks) expect(block).toEqual(block.map((_, id) => `${block[0]!.charAt(0)}${id}`));
    expect(await database.count('package_audit.intake')).toBe(0);
  });

  it('never waits for the chain before it commits: writers that lock rows in opposite orders of their entries do not deadlock', async () => {
    await database.change(1);
    await database.change(2);
    const write = async (first: number, second: number) => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      try {
        await client.query('BEGIN');
        await database.log.record(client, { action: 'thing.seen', object: { type: 'thing', id: String(first) } });
        await client.query('SELECT FROM package.things WHERE id = $1 FOR UPDATE', [second]);
        await client.query('COMMIT');
      } finally {
        await client.end();
      }
    };
    for (let round = 0; round < 20; round++) await Promise.all([write(1, 2), write(2, 1), write(1, 1), write(2, 2)]);
    expect(await database.verify()).toMatchObject({ entries: 82, broken: null });
  });
});
