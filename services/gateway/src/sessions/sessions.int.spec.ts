import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';
import type { LoginView } from './sessions.views.js';

const JOB = '0199aaaa-0000-7000-8000-000000000001';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start();
}, 120_000);
afterAll(() => world?.stop());

const listed = async (token: string) => (await world.call(token, 'GET', '/sessions')).body['items'] as LoginView[];
const end = (token: string, id: string) => world.call(token, 'DELETE', `/sessions/${id}`);
const alive = async (token: string) => (await world.call(token, 'GET', '/session')).status === 200;

describe('sessions', () => {
  it('are listed to whose they are, without a secret, and end one by one', async () => {
    const mine = await world.loginAs([{ role: 'viewer' }]);
    const [only, ...others] = await listed(mine);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ by: 'login', address: expect.stringContaining('127.0.0.1'), current: true });
    expect(JSON.stringify(only)).not.toContain(mine.slice(4));
    expect((await end(mine, only!.id)).status).toBe(204);
    expect(await alive(mine)).toBe(false);
  });

  it('of others can be neither seen nor ended without the permission', async () => {
    const [a, b] = [await world.loginAs([{ role: 'operator' }]), await world.loginAs([{ role: 'auditor' }])];
    const [{ id } = { id: '' }] = await listed(a);
    expect((await listed(b)).map((session) => session.id)).toContain(id);
    const c = await world.loginAs([{ role: 'operator' }]);
    expect((await listed(c)).map((session) => session.id)).not.toContain(id);
    for (const other of [b, c]) {
      const answer = await end(other, id);
      expect([answer.status, answer.body['code'], await alive(a)]).toEqual([404, 'session.notFound', true]);
    }
    expect((await end(await world.login(), id)).status).toBe(204);
    expect(await alive(a)).toBe(false);
  });

  it('cannot be ended, nor a credential be made, by an API token', async () => {
    const admin = await world.login();
    const { secret, id } = (await world.call(admin, 'POST', '/api-tokens', { name: 'ci' })).body as Record<
      string,
      string
    >;
    const [session] = await listed(admin);
    for (const answer of [
      await end(secret!, session!.id),
      await world.call(secret!, 'POST', '/api-tokens', { name: 'next' }),
      await world.call(secret!, 'DELETE', `/api-tokens/${id}`),
    ])
      expect([answer.status, answer.body['code']]).toEqual([403, 'session.loginRequired']);
  });

  it('that ends ends its event streams too', async () => {
    const job = { id: JOB, status: 'running', revision: 1, run: 1, waves: [], targets: { total: 1 } };
    world.behind.answers.set('job.get.v1', () => job);
    world.behind.answers.set('execution.summary.v1', () => ({ items: [null] }));
    world.behind.answers.set('execution.changes.v1', () => ({ items: [], position: '1', more: false }));
    const token = await world.loginAs([{ role: 'viewer' }]);
    const headers = { authorization: `Bearer ${token}` };
    const stream = await fetch(`${world.url}/api/v1/jobs/${JOB}/events`, { headers });
    const reader = stream.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: job');
    await world.call(token, 'DELETE', '/session');
    const rest: string[] = [];
    for (let part = await reader.read(); !part.done; part = await reader.read())
      rest.push(new TextDecoder().decode(part.value));
    expect(rest.join('')).not.toContain('event:');
  });
});
