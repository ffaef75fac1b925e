import { type ProbeService, startProbe } from '../specs/probe-service.spec.js';
import { HealthRegistry } from './health.registry.js';

let probe: ProbeService;
let registry: HealthRegistry;
beforeEach(async () => {
  probe = await startProbe();
  registry = probe.app.get(HealthRegistry);
});
afterEach(() => probe.app.close());

async function ready() {
  const response = await fetch(`${probe.url}/health/ready`);
  return { httpStatus: response.status, ...((await response.json()) as object) };
}

describe('health', () => {
  it('is live and ready when every dependency is well, each by its name', async () => {
    registry.register('database', () => null);
    registry.register('broker.services', () => Promise.resolve(null));
    expect(await (await fetch(`${probe.url}/health/live`)).json()).toEqual({ status: 'ok' });
    expect(await ready()).toEqual({
      httpStatus: 200,
      status: 'ok',
      dependencies: { database: { status: 'ok' }, 'broker.services': { status: 'ok' } },
    });
  });

  it('is not ready when one is not well or its check throws, and stays live', async () => {
    registry.register('database', () => Promise.reject(new Error('connection refused')));
    registry.register('outbox', () => 'is behind');
    registry.register('broker.services', () => null);
    expect(await ready()).toEqual({
      httpStatus: 503,
      status: 'unavailable',
      dependencies: {
        database: { status: 'unavailable', detail: 'connection refused' },
        outbox: { status: 'unavailable', detail: 'is behind' },
        'broker.services': { status: 'ok' },
      },
    });
    expect((await fetch(`${probe.url}/health/live`)).status).toBe(200);
  });

  it('does not wait for ever for one that does not answer', async () => {
    registry.register('database', () => new Promise(() => undefined));
    expect(await ready()).toMatchObject({
      httpStatus: 503,
      dependencies: { database: { detail: 'no answer within 3 s' } },
    });
  });

  it('is not ready any more when the process is ending', async () => {
    registry.drain();
    expect(await ready()).toMatchObject({ httpStatus: 503, dependencies: { process: { status: 'unavailable' } } });
  });
});
