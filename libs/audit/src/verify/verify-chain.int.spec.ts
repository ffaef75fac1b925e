import { AuditedDatabase } from '../specs/audited-database.spec.js';

let database: AuditedDatabase;
beforeEach(async () => {
  database = await AuditedDatabase.start(2);
  for (let id = 1; id <= 5; id++) await database.change(id);
});
afterEach(() => database.stop());

const COPY = `INSERT INTO package_audit.entries (seq, at, prev_hash, hash, entry)`;
/** Hashes entry by entry as the chain does, from a number on: what a clever intruder would do. */
const REHASH = `
DO $$ DECLARE row record; prev bytea; BEGIN
  FOR row IN SELECT seq, entry FROM package_audit.entries ORDER BY seq LOOP
    prev := coalesce((SELECT hash FROM package_audit.entries WHERE seq < row.seq ORDER BY seq DESC LIMIT 1), decode(repeat('00', 32), 'hex'));
    UPDATE package_audit.entries SET prev_hash = prev, hash = sha256(prev || convert_to(row.entry, 'UTF8')) WHERE seq = row.seq;
  END LOOP;
END $$`;
const FORGE_HEAD = `
UPDATE package_audit.head SET (seq, hash) = (SELECT seq, hash FROM package_audit.entries ORDER BY seq DESC LIMIT 1)`;

describe('verifyChain', () => {
  it('finds an untouched log sound, empty or not', async () => {
    expect(await database.verify()).toMatchObject({ service: 'package', entries: 5, broken: null });
    const empty = await AuditedDatabase.start(1);
    expect(await empty.verify()).toMatchObject({ entries: 0, broken: null });
    await empty.stop();
  });

  it.each<[string, number, RegExp, ...string[]]>([
    [
      'a changed entry',
      3,
      /was changed/,
      `UPDATE package_audit.entries SET entry = replace(entry, 'created', 'removed') WHERE seq = 3`,
    ],
    [
      'a changed time',
      3,
      /time is not that of its content/,
      `UPDATE package_audit.entries SET at = at + interval '1 ms' WHERE seq = 3`,
    ],
    [
      'a change with a new hash',
      3,
      /does not follow/,
      `UPDATE package_audit.entries SET entry = replace(entry, 'created', 'removed') WHERE seq = 2`,
      `UPDATE package_audit.entries SET hash = sha256(prev_hash || convert_to(entry, 'UTF8')) WHERE seq = 2`,
    ],
    ['the removal of the first entry', 1, /it is missing/, 'DELETE FROM package_audit.entries WHERE seq = 1'],
    [
      'a removal in the middle',
      3,
      /it is missing; the next entry is 4/,
      'DELETE FROM package_audit.entries WHERE seq = 3',
    ],
    [
      'the removal of the last entry',
      5,
      /it is missing; the log had 5/,
      'DELETE FROM package_audit.entries WHERE seq = 5',
    ],
    ['the removal of all', 1, /it is missing; the log had 5/, 'DELETE FROM package_audit.entries'],
    [
      'a removal with the others moved up',
      3,
      /does not follow/,
      'DELETE FROM package_audit.entries WHERE seq = 3',
      'UPDATE package_audit.entries SET seq = seq - 1 WHERE seq = 4',
      'UPDATE package_audit.entries SET seq = seq - 1 WHERE seq = 5',
    ],
    [
      'two entries in each other’s place',
      2,
      /does not follow/,
      'UPDATE package_audit.entries SET seq = 0 WHERE seq = 2',
      'UPDATE package_audit.entries SET seq = 2 WHERE seq = 3',
      'UPDATE package_audit.entries SET seq = 3 WHERE seq = 0',
    ],
    [
      'an entry added at the end',
      6,
      /added behind the end/,
      `${COPY} SELECT 6, at, hash, sha256(hash || convert_to(replace(entry, '"seq": 5', '"seq": 6'), 'UTF8')), replace(entry, '"seq": 5', '"seq": 6') FROM package_audit.entries WHERE seq = 5`,
    ],
    [
      'a copy of an entry, chained',
      6,
      /says that it is entry 2/,
      `${COPY} SELECT 6, two.at, five.hash, sha256(five.hash || convert_to(two.entry, 'UTF8')), two.entry FROM package_audit.entries two, package_audit.entries five WHERE two.seq = 2 AND five.seq = 5`,
    ],
    [
      'an insertion with the others moved down',
      3,
      /says that it is entry 2|does not follow/,
      'UPDATE package_audit.entries SET seq = 6 WHERE seq = 5',
      'UPDATE package_audit.entries SET seq = 5 WHERE seq = 4',
      'UPDATE package_audit.entries SET seq = 4 WHERE seq = 3',
      `${COPY} SELECT 3, at, prev_hash, hash, entry FROM package_audit.entries WHERE seq = 2`,
    ],
    [
      'an entry of another service',
      2,
      /says that it is of fleet/,
      `UPDATE package_audit.entries SET entry = replace(entry, '"package"', '"fleet"') WHERE seq = 2`,
      REHASH,
      FORGE_HEAD,
    ],
    ['a chain whose head is gone', 6, /head of the chain is missing/, 'DELETE FROM package_audit.head'],
  ])('finds %s', async (_, seq, problem, ...statements) => {
    await database.tamper(...statements);
    expect((await database.verify()).broken).toEqual({ seq, problem: expect.stringMatching(problem) });
  });

  it('finds a log that is missing as a whole', async () => {
    await database.tamper('DROP TABLE package_audit.entries');
    expect((await database.verify()).broken).toEqual({ seq: 1, problem: 'the whole log, package_audit, is missing' });
  });

  it('finds a chain that was hashed anew after a change, at the head that says how it ended', async () => {
    await database.tamper(
      `UPDATE package_audit.entries SET entry = replace(entry, 'created', 'removed') WHERE seq = 2`,
      REHASH,
    );
    expect((await database.verify()).broken).toEqual({ seq: 5, problem: expect.stringContaining('written anew') });
  });

  it('finds even a chain with a new head, by a head that was kept elsewhere', async () => {
    const { head } = await database.verify();
    await database.change(6);
    expect((await database.verify([head])).broken).toBeNull();
    await database.tamper(
      `UPDATE package_audit.entries SET entry = replace(entry, 'created', 'removed') WHERE seq = 2`,
      REHASH,
      FORGE_HEAD,
    );
    expect((await database.verify()).broken).toBeNull();
    expect((await database.verify([head])).broken).toEqual({
      seq: 5,
      problem: expect.stringContaining('written anew'),
    });
  });

  it('finds a log that was cut off with its head, by a head that was kept elsewhere', async () => {
    const { head } = await database.verify();
    await database.tamper('DELETE FROM package_audit.entries WHERE seq > 3', FORGE_HEAD);
    expect((await database.verify()).broken).toBeNull();
    expect((await database.verify([head])).broken).toEqual({
      seq: 4,
      problem: expect.stringContaining('it had 5 entries'),
    });
  });

  it('walks on over more entries than it holds at once', async () => {
    await database.work.run((sql) =>
      database.log.record(
        sql,
        Array.from({ length: 2500 }, (_, i) => ({ action: 'thing.seen', object: { type: 'thing', id: String(i) } })),
      ),
    );
    expect(await database.verify()).toMatchObject({ entries: 2505, broken: null });
    await database.tamper(`UPDATE package_audit.entries SET entry = replace(entry, 'seen', 'sawn') WHERE seq = 2001`);
    expect((await database.verify()).broken).toMatchObject({ seq: 2001 });
  });
});
