import { type DesiredStateResponse, type DownloadTicket, FLEET_RPC } from '@waybill/contracts';
import { FleetWorld, type Problem } from '../specs/fleet-world.fixtures.spec.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const ALLOWED = 'a'.repeat(64);
const CONTENT = 'bytes of an artifact';

describe('without the services that know', () => {
  it('answers that it cannot tell now', async () => {
    const agent = await world.agent();
    for (const [method, path] of [
      ['POST', `/downloads/${ALLOWED}`],
      ['GET', '/desired-state'],
    ] as const) {
      const { status, body } = await agent.call(method, path);
      expect([status, (body as Problem).code]).toEqual([503, 'rpc.timeout']);
    }
  }, 40_000);
});

describe('with them', () => {
  const jobId = '01997a00-0000-7000-8000-00000000000a';
  const asked: { pattern: string; request: { computerId: string } & Record<string, unknown> }[] = [];

  beforeAll(async () => {
    await world.bucket.client.putObject(world.bucket.bucket, 'artifacts/1', CONTENT);
    await world.answer('result', () => ({ executions: [{ jobId, run: 1, attempt: 2, status: 'queued' }] }));
    await world.answer('job-scheduler', (pattern, request: { sha256: string; computerId: string }) => {
      asked.push({ pattern, request });
      if (pattern === 'job.commands-for.v1') return { commands: ['a.b.c'] };
      return request.sha256 === ALLOWED
        ? { allowed: true, objectKey: 'artifacts/1', size: CONTENT.length }
        : { allowed: false };
    });
  });

  it('gives a ticket that reads this artifact by range for a quarter of an hour', async () => {
    const agent = await world.agent();
    const { status, body } = await agent.call('POST', `/downloads/${ALLOWED}`);
    const { url, size, expiresAt } = body as DownloadTicket;
    expect([status, size]).toEqual([200, CONTENT.length]);
    expect(asked.at(-1)).toMatchObject({
      pattern: 'job.download.authorize.v1',
      request: { computerId: agent.id, sha256: ALLOWED },
    });
    expect(Math.round((Date.parse(expiresAt) - Date.now()) / 60_000)).toBe(15);
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('900');
    const part = await fetch(url, { headers: { range: 'bytes=6-7' } });
    expect([part.status, await part.text()]).toEqual([206, 'of']);
    expect((await fetch(url.replace('artifacts/1', 'artifacts/2'))).status).toBe(403);
  });

  it('gives none to a computer that was removed, however long its token lives', async () => {
    const agent = await world.agent();
    const authorization = `Bearer ${await agent.accessToken()}`;
    await world.rpc.call(FLEET_RPC.computerRemove, { id: agent.id });
    const { status, body } = await world.door('POST', `/downloads/${ALLOWED}`, undefined, { authorization });
    expect([status, (body as Problem).code]).toEqual([401, 'token.computerUnknown']);
  });

  it('gives none for what no job brings, nor for what is no digest', async () => {
    const agent = await world.agent();
    const foreign = await agent.call('POST', `/downloads/${'b'.repeat(64)}`);
    expect([foreign.status, (foreign.body as Problem).code]).toEqual([403, 'download.notAllowed']);
    const wrong = await agent.call('POST', '/downloads/..%2Fsecret');
    expect([wrong.status, (wrong.body as Problem).code]).toEqual([400, 'download.digestInvalid']);
  });

  it('composes the desired state of what is open and its commands', async () => {
    const agent = await world.agent();
    const { status, body } = await agent.call('GET', '/desired-state');
    expect(status).toBe(200);
    expect(body as DesiredStateResponse).toEqual({ commands: ['a.b.c'], open: [{ jobId, run: 1, attempt: 2 }] });
    expect(asked.at(-1)).toEqual({
      pattern: 'job.commands-for.v1',
      request: { computerId: agent.id, executions: [{ jobId, run: 1, attempt: 2 }] },
    });
  });
});
