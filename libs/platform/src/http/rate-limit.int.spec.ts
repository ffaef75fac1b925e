import { type ProbeService, startProbe } from '../specs/probe-service.spec.js';
import { limitFailures } from './failure-limit.js';

let probe: ProbeService | undefined;
afterEach(() => probe?.app.close());

const ask = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(probe!.url + path, { headers });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    type,
    code: type.includes('json') ? (JSON.parse(text) as { code?: string }).code : undefined,
    after: Number(response.headers.get('retry-after') ?? NaN),
  };
};
const statuses = async (count: number, path: string, headers: Record<string, string> = {}) => {
  const answers: Awaited<ReturnType<typeof ask>>[] = [];
  for (let i = 0; i < count; i++) answers.push(await ask(path, headers));
  return answers;
};
const REFUSED = { status: 429, code: 'request.tooMany', type: expect.stringContaining('application/problem+json') };

describe('requests that come too often', () => {
  it('of one token are refused with the time to wait, and no other token with them', async () => {
    probe = await startProbe({ rates: { perToken: 1, perAddress: 0 } });
    const mine = await statuses(11, '/probe/errors/x', { authorization: 'Bearer a' });
    expect(mine.slice(0, 10).map(({ status }) => status)).toEqual(Array(10).fill(404));
    expect(mine[10]).toMatchObject(REFUSED);
    expect(mine[10]!.after).toBeGreaterThanOrEqual(1);
    expect(mine[10]!.after).toBeLessThanOrEqual(10);
    expect((await ask('/probe/errors/x', { authorization: 'Bearer b' })).status).toBe(404);
    expect((await ask('/probe/errors/x')).status).toBe(404);
  });

  it('of one address are refused whatever token they bring, but never a probe of the orchestrator', async () => {
    probe = await startProbe({ rates: { perToken: 0, perAddress: 1 } });
    for (let i = 0; i < 10; i++) await ask('/probe/errors/x', { authorization: `Bearer ${i}` });
    expect(await ask('/probe/errors/x', { authorization: 'Bearer new' })).toMatchObject(REFUSED);
    expect(await ask('/nowhere')).toMatchObject(REFUSED);
    expect((await ask('/health/live')).status).toBe(200);
  });

  it('are not laid at the door of the address that a stranger names', async () => {
    probe = await startProbe({ rates: { perToken: 0, perAddress: 1 } });
    for (let i = 0; i < 10; i++) await ask('/probe/errors/x', { 'x-forwarded-for': `192.0.2.${i}` });
    expect(await ask('/probe/errors/x', { 'x-forwarded-for': '192.0.2.99' })).toMatchObject(REFUSED);
  });

  it('are counted by the address that a trusted proxy names', async () => {
    probe = await startProbe({ rates: { perToken: 0, perAddress: 1 }, trustedProxies: ['127.0.0.1'] });
    for (let i = 0; i < 10; i++) await ask('/probe/errors/x', { 'x-forwarded-for': '192.0.2.1' });
    expect(await ask('/probe/errors/x', { 'x-forwarded-for': '192.0.2.1' })).toMatchObject(REFUSED);
    expect((await ask('/probe/errors/x', { 'x-forwarded-for': '192.0.2.2' })).status).toBe(404);
  });
});

describe('guesses', () => {
  it('are refused after some, successes do not count', async () => {
    probe = await startProbe({
      configureHttp: (app) => void app.use('/probe/errors', limitFailures({ failures: 3, seconds: 60, status: 401 })),
    });
    await statuses(10, '/probe/errors/x');
    const guesses = await statuses(4, '/probe/errors/unauthorized');
    expect(guesses.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
    expect(guesses[3]).toMatchObject({ code: 'request.tooManyFailures' });
    expect(guesses[3]!.after).toBeGreaterThan(30);
    expect((await ask('/probe/errors/x')).status).toBe(429);
  });
});
