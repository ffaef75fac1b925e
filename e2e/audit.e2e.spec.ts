import { EVENTS, deadLetterQueue, VHOSTS } from '@waybill/contracts';
import { SUBSCRIPTIONS } from '@waybill/messaging';
import { eventually } from '@waybill/testing';
import { type ChannelModel, connect } from 'amqplib';
import { databaseUrl } from '../deploy/local/prepare/database.ts';
import { verifyAll } from '../deploy/audit/verify.ts';
import { AuditWorld, MINUTES } from './audit/audit-world.fixtures.spec.ts';
import { auditedJob, changingOperations, CHANGES } from './audit/every-change.cases.spec.ts';
import { leaks, logs, LOOKALIKES, rememberInstallation, tables } from './audit/secrets.fixtures.spec.ts';

/** A full run on servers and services as they ship, with a real agent: what is on record, and what must not be. */
describe('after a full run', () => {
  let world: AuditWorld;
  beforeAll(async () => {
    world = await AuditWorld.start();
  }, 5 * MINUTES);
  afterAll(() => world?.stop(), 2 * MINUTES);

  describe('the audit log', () => {
    it('is asked about every call of the API that changes something', () => {
      expect(CHANGES.map(([operation]) => operation).toSorted()).toEqual(changingOperations().toSorted());
    });

    it.each(CHANGES)(
      'names who did it after %s: %s',
      async (_operation, action, perform) => {
        const { status, requestId } = await perform(world);
        expect(status).toBeLessThan(300);
        const entries = await world.entries(`requestId==${requestId}`);
        expect(entries.map((entry) => entry.action)).toContain(action);
        for (const entry of entries) {
          expect(entry.actor).toMatchObject({ kind: 'user', name: expect.stringMatching(/^(admin|guest|second)$/) });
          expect(entry.address).toContain('127.0.0.1');
        }
      },
      5 * MINUTES,
    );

    it('names the service where nobody asked: a job that starts and ends', async () => {
      const of = () => world.entries(`objectId==${auditedJob()}`);
      await eventually(async () => expect((await of()).map(({ action }) => action)).toContain('job.completed'), {
        timeoutMs: 2 * MINUTES,
      });
      expect((await of()).map(({ action, actor }) => `${action} ${actor.kind} ${actor.name}`)).toEqual([
        'job.created user admin',
        'job.started service job-scheduler',
        'job.completed service job-scheduler',
      ]);
    });

    it(
      'names the service where nobody asked: a job that expires',
      async () => {
        const [real] = (await world.stack.api.get<{ items: { id: string }[] }>('/computers?filter=name==pc-real'))
          .items;
        const { body } = await world.call('POST', '/jobs', {
          package: 'e2e-tiny',
          version: '1.0.0',
          targets: { computers: [real!.id] },
          schedule: {
            startAt: new Date(Date.now() + 3_600_000).toISOString(),
            expiresAt: new Date(Date.now() + 3_700_000).toISOString(),
          },
        });
        await tickExpiry(world, String(body['id']));
        await eventually(
          async () => {
            const entries = await world.entries(`objectId==${String(body['id'])};action==job.expired`);
            expect(entries).toMatchObject([{ actor: { kind: 'service', name: 'job-scheduler' }, requestId: null }]);
          },
          { timeoutMs: MINUTES },
        );
      },
      2 * MINUTES,
    );

    it('has the enrolment of a computer, by which token', async () => {
      const entries = await world.entries(`action==computer.enrolled`);
      expect(entries.map(({ details }) => details['name']).toSorted()).toEqual(['pc-real', 'pc-silent']);
      expect(entries[0]!.details['enrolmentToken']).toEqual(expect.any(String));
    });

    it('is one unbroken chain in every service', async () => {
      const { addresses } = world.stack.servers;
      const { pathname } = new URL(world.stack.services.settings.databaseUrls.gateway);
      const reports = await verifyAll(databaseUrl(addresses.postgresUrl, pathname.slice(1)), []);
      expect(reports.map(({ broken }) => broken)).toEqual([null, null, null, null]);
      expect(reports.every(({ entries }) => entries > 0)).toBe(true);
    });
  });

  describe('no secret is found', () => {
    const { jws, presigned, bearer, privateKey } = LOOKALIKES;
    const dead: string[] = [];

    beforeAll(async () => {
      rememberInstallation(world);
      await refusals(world);
      dead.push(...(await deadLetters(world)));
    }, 2 * MINUTES);

    it('among those that were used, none is missing from the search', () => {
      const found = [...world.secrets.keys()].join('\n');
      for (const kind of [
        'password of',
        'session of',
        'API token',
        'enrolment secret',
        'private key',
        'broker password',
      ])
        expect(found).toContain(kind);
      for (const secret of world.secrets.values()) expect(secret.length).toBeGreaterThanOrEqual(12);
    });

    it('in the logs, however much is logged', () => {
      const written = logs(world);
      expect([...written.keys()].join('\n')).toMatch(/gateway\.log[^]*job-scheduler\.log[^]*agent\.log/);
      expect(leaks(world.secrets, written, [jws, presigned, bearer, privateKey])).toEqual([]);
    });

    it('in the traces', async () => {
      await eventually(() => expect(world.traces.bodies.length).toBeGreaterThan(20), { timeoutMs: MINUTES });
      const written = new Map([['traces', world.traces.bodies.map((body) => body.toString('latin1')).join('\n')]]);
      expect(written.get('traces')).toContain('audit');
      expect(leaks(world.secrets, written, [jws, presigned, bearer, privateKey])).toEqual([]);
    });

    it('in the answers to requests that were refused', () => {
      expect(world.problems.length).toBeGreaterThan(10);
      const written = new Map([['problems', world.problems.join('\n')]]);
      expect(leaks(world.secrets, written, [jws, presigned, bearer, privateKey])).toEqual([]);
    });

    it('in the database: audit logs, outbox, recorded answers and all the rest', async () => {
      const written = await tables(world);
      expect([...written.keys()]).toEqual(expect.arrayContaining(['gateway_audit.entries', 'job_scheduler.outbox']));
      expect(leaks(world.secrets, written, [presigned, bearer, privateKey])).toEqual([]);
    });

    it('in the dead letters', () => {
      expect(dead.length).toBeGreaterThan(0);
      const written = new Map([['dead letters', dead.join('\n')]]);
      expect(leaks(world.secrets, written, [jws, presigned, bearer, privateKey])).toEqual([]);
    });
  });
});

/** Makes the expiry of a scheduled job due, as its time would. */
async function tickExpiry({ stack }: AuditWorld, id: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: stack.services.settings.databaseUrls['job-scheduler'] });
  await client.connect();
  await client.query(`UPDATE jobs SET expires_at = now() - interval '1 second' WHERE id = $1`, [id]);
  await client.query(`UPDATE timers SET due_at = now() WHERE job_id = $1 AND kind = 'expire'`, [id]);
  await client.end();
}

/** Requests that carry secrets and are refused: in the wrong field, in the address, with a word too many. */
async function refusals(world: AuditWorld): Promise<void> {
  const password = world.password('nobody');
  const token = world.remember('token of nobody', `wbt_${password}${password}`);
  const text = async (response: Promise<Response>) => void world.problems.push(await (await response).text());
  await world.call('POST', '/session', { username: 'admin', password }, null);
  await world.call('POST', '/session', { username: password, password }, null);
  await world.call('POST', '/session', { username: 'admin', password, remember: true }, null);
  await world.call('POST', '/session', { username: 'admin', password: [password] }, null);
  await world.call('POST', '/accounts', { username: 'x', password: { is: password } });
  await world.call('POST', '/accounts', { username: 'admin', password });
  await world.call('GET', '/jobs', undefined, token);
  await world.call('GET', `/session?access_token=${token}`, undefined, null);
  await world.call('POST', '/api-tokens', { name: 'x', secret: token });
  await world.call('PATCH', '/packages/e2e-tiny', { title: 5, secret: token });
  const { computer } = world;
  await text(computer.enrol(world.remember('guessed enrolment secret', `wbe_${password}`)));
  const assertion = world.remember('client assertion', computer.assertion());
  await text(computer.exchange(assertion));
  await text(computer.exchange(world.remember('broken assertion', `${assertion.slice(0, -4)}AAAA`)));
  await text(computer.post('/token', { grant_type: 'password', client_assertion: assertion }));
  await text(computer.post('/downloads/abc', {}, { authorization: `Bearer ${token}` }));
}

/** One poisonous message for every subscription, and what its dead letter says. */
async function deadLetters({ stack }: AuditWorld): Promise<string[]> {
  const url = stack.servers.addresses.brokerUrl.replace(/\/$/, '');
  const vhost = encodeURIComponent(stack.services.settings.vhostPrefix + VHOSTS.services);
  const connection: ChannelModel = await connect(`${url}/${vhost}`);
  const channel = await connection.createChannel();
  const found: string[] = [];
  for (const { queue } of SUBSCRIPTIONS) {
    channel.sendToQueue(queue, Buffer.from('{"not": json'), { type: EVENTS.jobProgressed, messageId: 'spec-dead' });
    const message = await eventually(async () => {
      const got = await channel.get(deadLetterQueue(queue), { noAck: true });
      if (!got) throw new Error(`nothing in ${deadLetterQueue(queue)}`);
      return got;
    });
    found.push(`${message.content.toString()} ${JSON.stringify(message.properties)}`);
  }
  await connection.close();
  return found;
}
