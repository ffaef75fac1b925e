import { isUnreachable } from '@waybill/contracts';
import { eventually, testServers } from '@waybill/testing';
import pg from 'pg';
import { type ProbeDatabase, probeDatabase } from '../specs/persistence-database.spec.js';
import { UnitOfWork } from './unit-of-work.js';

let database: ProbeDatabase;
let unitOfWork: UnitOfWork;
beforeAll(async () => {
  database = await probeDatabase();
  unitOfWork = new UnitOfWork(database.dataSource);
  await database.dataSource.query('CREATE TABLE accounts (id int PRIMARY KEY, amount int NOT NULL)');
});
beforeEach(() => database.dataSource.query('TRUNCATE accounts; INSERT INTO accounts VALUES (1, 0), (2, 0)'));
afterAll(() => database.close());

async function terminate(pid: number): Promise<void> {
  const client = new pg.Client({ connectionString: testServers().postgresUrl });
  await client.connect();
  await client.query('SELECT pg_terminate_backend($1)', [pid]);
  await client.end();
}

const amounts = () => database.dataSource.query<{ amount: number }[]>('SELECT amount FROM accounts ORDER BY id');

describe('UnitOfWork', () => {
  it('commits and answers what the work answers', async () => {
    const answer = await unitOfWork.run(async (manager) => {
      await manager.query('UPDATE accounts SET amount = 5 WHERE id = 1');
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await amounts()).toEqual([{ amount: 5 }, { amount: 0 }]);
  });

  it('undoes everything when the work fails, and gives its error unchanged', async () => {
    const error = new Error('no');
    const work = unitOfWork.run(async (manager) => {
      await manager.query('UPDATE accounts SET amount = 5');
      throw error;
    });
    await expect(work).rejects.toBe(error);
    expect(await amounts()).toEqual([{ amount: 0 }, { amount: 0 }]);
  });

  it('runs the work again after a deadlock: both transfers happen', async () => {
    let arrived = 0;
    let runs = 0;
    let open: () => void;
    const bothInside = new Promise<void>((resolve) => (open = resolve));
    const transfer = (first: number, second: number) =>
      unitOfWork.run(async (manager) => {
        runs++;
        await manager.query('UPDATE accounts SET amount = amount + 1 WHERE id = $1', [first]);
        if (++arrived === 2) open();
        await bothInside;
        await manager.query('UPDATE accounts SET amount = amount + 1 WHERE id = $1', [second]);
      });
    await Promise.all([transfer(1, 2), transfer(2, 1)]);
    // The victim of a deadlock runs again, and on a busy machine may meet another.
    expect(runs).toBeGreaterThanOrEqual(3);
    expect(await amounts()).toEqual([{ amount: 2 }, { amount: 2 }]);
  });

  it('calls a connection that ends between two statements a server that is away, and commits nothing', async () => {
    let runs = 0;
    const work = unitOfWork.run(async (manager) => {
      runs++;
      await manager.query('UPDATE accounts SET amount = 5');
      const [{ pid }] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
      await terminate(pid);
      await eventually(() => expect(manager.queryRunner!.isReleased).toBe(true));
      await manager.query('UPDATE accounts SET amount = 6');
    });
    const error: unknown = await work.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConnectionLostError', cause: expect.any(Error) as Error });
    expect(isUnreachable(error)).toBe(true);
    expect(runs).toBe(1);
    expect(await amounts()).toEqual([{ amount: 0 }, { amount: 0 }]);
  });

  it('does not run the work again after any other error', async () => {
    let runs = 0;
    const work = unitOfWork.run(async (manager) => {
      runs++;
      await manager.query('INSERT INTO accounts VALUES (1, 1)');
    });
    await expect(work).rejects.toThrow('duplicate key');
    expect(runs).toBe(1);
  });
});

describe('the connection of a service', () => {
  it('sees its own schema only, in UTC, with a limit on statements', async () => {
    const [row] = await database.dataSource.query<Record<string, string>[]>(
      `SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS zone, current_setting('statement_timeout') AS timeout, current_setting('application_name') AS name`,
    );
    expect(row).toEqual({ path: 'probe', zone: 'UTC', timeout: '1min', name: 'probe' });
  });

  it('survives that the server ends idle connections', async () => {
    await database.dataSource.query('SELECT 1');
    const other = await probeDatabase(1);
    await other.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`,
      [new URL(database.url).pathname.slice(1)],
    );
    await other.close();
    // the pool may hand out one that it does not know yet to be gone
    await database.dataSource.query('SELECT 1').catch(() => undefined);
    expect(await database.dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
