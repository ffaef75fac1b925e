import { readFileSync } from 'node:fs';
import { eventually } from '@waybill/testing';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

describe('the document of the agent door', () => {
  it('is the committed one, and is shown', async () => {
    const served = await fetch(`${world.url}/agent/docs-json`);
    expect(await served.json()).toEqual(JSON.parse(readFileSync('services/fleet/openapi.json', 'utf8')));
    const page = await fetch(`${world.url}/agent/docs`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('swagger-ui')]);
  });
});

describe('a path that is none of the door', () => {
  it('is a problem as every other', async () => {
    const { status, body } = await world.door('GET', '/secrets');
    expect([status, (body as { code: string }).code]).toEqual([404, 'request.notFound']);
  });
});

describe('readiness', () => {
  it('names each thing that fleet needs, and comes when all are there', async () => {
    const ok = { status: 'ok' };
    const all = { 'broker.agents': ok, 'broker.services': ok, consumers: ok, database: ok, outbox: ok };
    await eventually(async () => {
      const response = await fetch(`${world.url}/health/ready`);
      expect({ status: response.status, body: await response.json() }).toEqual({
        status: 200,
        body: { status: 'ok', dependencies: all },
      });
    });
  });
});
