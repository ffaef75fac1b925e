import { performance } from 'node:perf_hooks';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start({ WAYBILL_TRUSTED_PROXIES: '127.0.0.1' });
}, 120_000);
afterAll(() => world?.stop());

const login = (username: string, password = 'wrong password', from?: string) =>
  world.call(null, 'POST', '/session', { username, password }, from ? { 'x-forwarded-for': from } : {});
const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

describe('guessing passwords', () => {
  it('ends after a few tries, for a name that nobody has exactly as for one that somebody has', async () => {
    const account = { username: 'guessed', password: 'correct horse battery' };
    await world.call(await world.login(), 'POST', '/accounts', account);
    const seen: Record<string, unknown[]> = {};
    for (const username of ['guessed', 'nobody']) {
      seen[username] = [];
      for (let i = 0; i < 6; i++) {
        const { status, body } = await login(username);
        seen[username].push([status, body['code'], body['title']]);
      }
    }
    expect(seen['guessed']).toEqual(seen['nobody']);
    expect(seen['guessed']!.map((answer) => (answer as number[])[0])).toEqual([401, 401, 401, 401, 401, 429]);
    const right = await login('guessed', account.password);
    expect([right.status, right.body['code'], Number(right.headers.get('retry-after')) > 0]).toEqual([
      429,
      'session.tooManyFailures',
      true,
    ]);
    // others are not locked out with it
    expect((await login('admin', world.password)).status).toBe(201);
  });

  it('of one account from everywhere closes it, but not to where its owner has logged in before', async () => {
    const account = { username: 'besieged', password: 'correct horse battery' };
    await world.call(await world.login(), 'POST', '/accounts', account);
    expect((await login('besieged', account.password, '198.51.100.7')).status).toBe(201);
    for (const username of ['besieged', 'besieged-nobody']) {
      const answers = [];
      for (let i = 1; i <= 21; i++) answers.push((await login(username, 'wrong password', `203.0.113.${i}`)).status);
      expect(answers).toEqual([...Array<number>(20).fill(401), 429]);
    }
    expect((await login('besieged', account.password, '203.0.113.99')).status).toBe(429);
    expect((await login('besieged', account.password, '198.51.100.7')).status).toBe(201);
    // and that login is on record as one, not as one that was held back
    const rows = await world.sql.query<{ action: string; address: string }[]>(
      `SELECT action, entry::jsonb->>'address' AS address FROM gateway_audit.entries
       WHERE action = 'session.throttled' AND entry::jsonb->>'address' IN ('203.0.113.21', '203.0.113.99', '198.51.100.7')
         AND object_id IN (SELECT id::text FROM accounts WHERE username = 'besieged')`,
    );
    expect(rows).toEqual([{ action: 'session.throttled', address: '203.0.113.21' }]);
    // who sits where its owner does is held back as from anywhere
    const guesses = [];
    for (let i = 0; i < 6; i++) guesses.push((await login('besieged', 'wrong password', '198.51.100.7')).status);
    expect(guesses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('of many accounts from one address ends for that address, and no other', async () => {
    const answers: number[] = [];
    for (let i = 0; i < 51; i++) answers.push((await login(`one-of-many-${i}`, 'wrong password', '192.0.2.1')).status);
    expect(answers).toEqual([...Array<number>(50).fill(401), 429]);
    expect((await login('admin', world.password, '192.0.2.1')).status).toBe(429);
    expect((await login('admin', world.password, '192.0.2.2')).status).toBe(201);
    // and closes no account any more
    const points = async () => {
      const [row] = await world.sql.query<{ n: number }[]>(
        `SELECT coalesce(sum(points), 0)::int AS n FROM login_failures WHERE key LIKE 'account:%'`,
      );
      return row!.n;
    };
    const before = await points();
    for (let i = 0; i < 5; i++) await login('victim', 'wrong password', '192.0.2.1');
    expect(await points()).toBe(before);
  }, 60_000);

  it('is counted by all replicas together, and kept over a restart', async () => {
    for (let i = 0; i < 5; i++) await login('counted', 'wrong password', '192.0.2.10');
    const [row] = await world.sql.query<{ failures: number }[]>(
      `SELECT max(points) AS failures FROM login_failures WHERE key LIKE 'pair:% 192.0.2.10'`,
    );
    expect(row!.failures).toBe(5);
    // no name that was typed is kept: it may have been a password
    const keys = await world.sql.query<{ key: string }[]>('SELECT key FROM login_failures');
    expect(keys.filter(({ key }) => key.includes('counted'))).toEqual([]);
  });

  it('is on record once when it is stopped, however long it goes on', async () => {
    const { id } = (
      await world.call(await world.login(), 'POST', '/accounts', {
        username: 'on-record',
        password: 'correct horse battery',
      })
    ).body;
    for (let i = 0; i < 9; i++) await login('on-record', 'wrong password', '192.0.2.20');
    const rows = await world.sql.query<{ action: string; address: string }[]>(
      `SELECT action, entry::jsonb->>'address' AS address FROM gateway_audit.entries WHERE object_id = $1 ORDER BY seq`,
      [id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'account.created',
      ...Array<string>(5).fill('session.refused'),
      'session.throttled',
    ]);
    expect(rows.at(-1)!.address).toBe('192.0.2.20');
  });

  it('ends as soon for many guesses at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => login('guessed-at-once')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(35);
  });

  it('takes as long for an unknown name as for a known one', async () => {
    const took: Record<string, number[]> = { known: [], unknown: [] };
    for (let i = 0; i < 4; i++) {
      for (const name of ['known', 'unknown']) {
        const username = `${name}-${i}`;
        if (name === 'known')
          await world.call(await world.login(), 'POST', '/accounts', { username, password: 'correct horse battery' });
        const begun = performance.now();
        await login(username);
        took[name]!.push(performance.now() - begun);
      }
    }
    // without the work for nobody an unknown name would be answered some ten times faster
    expect(median(took['unknown']!)).toBeGreaterThan(median(took['known']!) / 4);
  });
});
