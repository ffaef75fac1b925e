import { performance } from 'node:perf_hooks';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start();
}, 120_000);
afterAll(() => world?.stop());

const login = (username: string, password = 'wrong password') =>
  world.call(null, 'POST', '/session', { username, password });
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
