import type { PageQuery } from '@waybill/contracts';
import { type ProbeDatabase, probeDatabase } from '../specs/persistence-database.spec.js';
import { keysetPage, type ListSpec } from './keyset-page.js';

interface Computer {
  id: string;
  name: string;
  seenAt: Date | null;
}

const LIST: ListSpec = {
  select: 'c.id::text AS id, c.name, c.seen_at AS "seenAt"',
  from: 'computers c',
  where: 'c.site = $1',
  fields: {
    id: { sql: 'c.id', type: 'number', sortable: true },
    name: { sql: 'c.name', type: 'text', sortable: true },
    seenAt: { sql: 'c.seen_at', type: 'timestamp', sortable: true, nullable: true },
    score: { sql: 'c.score', type: 'number', sortable: true },
    online: { sql: 'c.online', type: 'boolean' },
    forgotten: { sql: 'c.seen_at', type: 'timestamp', sortable: true },
  },
  defaultSort: 'name',
  unique: 'id',
};

let database: ProbeDatabase;
beforeAll(async () => {
  database = await probeDatabase();
  await database.dataSource.query(`
    CREATE TABLE computers (id bigint PRIMARY KEY, site text NOT NULL, name text NOT NULL, seen_at timestamptz, score numeric NOT NULL, online boolean NOT NULL);
    -- many equal names and moments that differ by a microsecond only; every third was never seen
    INSERT INTO computers SELECT n, 'kyoto', 'pc-' || n % 7, CASE WHEN n % 3 > 0 THEN timestamptz '2026-11-23 05:00:00+00' + n % 5 * interval '1 microsecond' END, n % 4 / 3.0, n % 2 = 0
      FROM generate_series(1, 100) n;
    INSERT INTO computers VALUES (1000, 'osaka', 'pc-3', now(), 1, true);
  `);
});
afterAll(() => database.close());

const page = (query: PageQuery) => keysetPage<Computer>(database.dataSource, LIST, query, ['kyoto']);

async function allPages(query: PageQuery): Promise<Computer[]> {
  const items: Computer[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const next = await page({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    expect(next.items.length).toBeLessThanOrEqual(query.limit ?? 100);
    items.push(...next.items);
    cursor = next.nextCursor;
  }
  return items;
}

describe('keysetPage', () => {
  it.each(['name', '-name', 'id', '-id', 'seenAt', '-seenAt', 'score', '-score'])(
    'sorted by %s gives every row once, in PostgreSQL order, whatever the page size',
    async (sort) => {
      const column = { name: 'name', id: 'id', seenAt: 'seen_at', score: 'score' }[sort.replace('-', '')]!;
      const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
      const expected: { id: string }[] = await database.dataSource.query(
        `SELECT id::text FROM computers WHERE site = 'kyoto' ORDER BY computers.${column} ${direction}, computers.id ${direction}`,
      );
      for (const limit of [1, 7, 33, 100]) {
        const items = await allPages({ sort, limit });
        expect(items.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      }
    },
  );

  it('answers the columns that were asked for and no others', async () => {
    const { items } = await page({ limit: 1, sort: 'id' });
    expect(items).toEqual([{ id: '1', name: 'pc-1', seenAt: new Date('2026-11-23T05:00:00.000Z') }]);
  });

  it('ends without a cursor when the last page is full', async () => {
    expect((await page({ limit: 100 })).nextCursor).toBeNull();
    expect((await page({ limit: 99 })).nextCursor).not.toBeNull();
  });

  it('keeps scope, filter and cursor apart', async () => {
    const items = await allPages({ filter: 'online==true;name=in=(pc-1,pc-2)', limit: 3 });
    const expected = await database.dataSource.query<unknown[]>(
      `SELECT 1 FROM computers WHERE site = 'kyoto' AND online AND name IN ('pc-1', 'pc-2')`,
    );
    expect(items).toHaveLength(expected.length);
  });

  it('an "or" in the filter does not open the scope', async () => {
    const items = await allPages({ filter: 'name==pc-3,online==true', limit: 10 });
    expect(items.map(({ id }) => id)).not.toContain('1000');
  });

  it('rows that come and go between two pages neither repeat nor hide others', async () => {
    const first = await page({ sort: 'id', limit: 10 });
    await database.dataSource
      .transaction(async (manager) => {
        await manager.query(`DELETE FROM computers WHERE id IN (3, 10)`);
        const second = await keysetPage<Computer>(manager, LIST, { sort: 'id', limit: 10, cursor: first.nextCursor! }, [
          'kyoto',
        ]);
        expect(second.items.map(({ id }) => Number(id))).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
        throw new Error('undo');
      })
      .catch((error: Error) => expect(error.message).toBe('undo'));
  });

  it.each([0, -1, 1001, 1.5, Number.NaN])('refuses limit %p instead of clamping it', async (limit) => {
    await expect(page({ limit })).rejects.toMatchObject({ kind: 'invalid', code: 'limit.range' });
  });

  it.each([
    ['nam', /did you mean "name"/],
    ['online', /it may name id, name/],
    ['-', /sort names ""/],
    ['--name', /sort names "-name"/],
    ['name; DROP TABLE computers', /it may name/],
    ['constructor', /it may name/],
  ])('refuses to sort by %s', async (sort, detail) => {
    await expect(page({ sort })).rejects.toMatchObject({
      code: 'sort.unknownField',
      detail: expect.stringMatching(detail),
    });
  });

  it('refuses a cursor of another sort, filter or scope', async () => {
    const { nextCursor } = await page({ limit: 5, sort: 'name', filter: 'online==true' });
    const cursor = nextCursor!;
    const refused = { kind: 'invalid', code: 'cursor.invalid' };
    await expect(page({ cursor, sort: '-name', filter: 'online==true' })).rejects.toMatchObject(refused);
    await expect(page({ cursor, sort: 'name' })).rejects.toMatchObject(refused);
    await expect(
      keysetPage(database.dataSource, LIST, { cursor, sort: 'name', filter: 'online==true' }, ['osaka']),
    ).rejects.toMatchObject(refused);
    await expect(page({ cursor, sort: 'name', filter: 'online==true' })).resolves.toBeDefined();
  });

  it.each([['not a moment'], ['2026-99-99'], [''], ['9'.repeat(400)]])(
    'a cursor with a made-up inside is refused: %p',
    async (key) => {
      const { nextCursor } = await page({ limit: 5, sort: '-seenAt' });
      const [fingerprint] = JSON.parse(Buffer.from(nextCursor!, 'base64url').toString()) as string[];
      const cursor = Buffer.from(JSON.stringify([fingerprint, key, '1'])).toString('base64url');
      await expect(page({ cursor, sort: '-seenAt' })).rejects.toMatchObject({
        kind: 'invalid',
        code: 'cursor.invalid',
      });
    },
  );

  it('says that a nullable field was not declared, instead of leaving rows out', async () => {
    await expect(page({ sort: '-forgotten', limit: 5 })).rejects.toThrow('not declared nullable');
  });

  it('costs the same on the last page as on the first', async () => {
    await database.dataSource.query(`
      CREATE TABLE many (id bigint PRIMARY KEY, at timestamptz NOT NULL);
      INSERT INTO many SELECT n, timestamptz '2026-01-01' + n * interval '1 second' FROM generate_series(1, 50000) n;
      CREATE INDEX many_at ON many (at, id);
      ANALYZE many;
    `);
    const list: ListSpec = {
      select: 'm.id',
      from: 'many m',
      fields: {
        id: { sql: 'm.id', type: 'number', sortable: true },
        at: { sql: 'm.at', type: 'timestamp', sortable: true },
      },
      defaultSort: 'at',
      unique: 'id',
    };
    const statements: { sql: string; parameters: unknown[] }[] = [];
    const spy = {
      query: (sql: string, parameters: unknown[] = []) => {
        statements.push({ sql, parameters });
        return database.dataSource.query<unknown>(sql, parameters);
      },
    };
    let cursor: string | null = null;
    do {
      const next: { nextCursor: string | null } = await keysetPage(spy, list, {
        limit: 1000,
        ...(cursor ? { cursor } : {}),
      });
      cursor = next.nextCursor;
    } while (cursor);
    const last = statements.at(-1)!;
    const plan = await database.dataSource.query<object[]>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${last.sql}`,
      last.parameters,
    );
    const text = JSON.stringify(plan);
    expect(text).toContain('many_at');
    expect(text).not.toContain('Rows Removed by Filter');
  });
});
