import {
  deadLetterQueue,
  EXCHANGES,
  FLEET_RPC,
  JOB_RPC,
  PACKAGE_RPC,
  REPORT_QUEUES,
  RESULT_RPC,
  rpcQueue,
  VHOSTS,
} from '@waybill/contracts';
import { readFileSync } from 'node:fs';
import { ACTOR_HEADER, ActorSigner, eventSenders, SUBSCRIPTIONS } from '@waybill/messaging';
import { eventually, managementCall, specActor } from '@waybill/testing';
import { type ChannelModel, connect } from 'amqplib';
import pg from 'pg';
import { type ApiWorld, NOBODY } from './api-world.fixtures.spec.ts';
import { allReady, snapshot } from './snapshot.fixtures.spec.ts';

const QUEUES = [
  ...SUBSCRIPTIONS.map(({ queue, events }) => ({ vhost: VHOSTS.services, queue, type: events[0]! })),
  { vhost: VHOSTS.agents, queue: REPORT_QUEUES.status, type: 'status.v1' },
];

/** An account of the broker that may name any other as the sender: what a message says is looked at only when its sender may say it. */
const ANYBODY = { name: 'spec-anybody', password: 'spec' };

/** What comes in by the broker. */
export function deadLetters(current: () => ApiWorld): void {
  describe('a message that cannot be handled', () => {
    let world: ApiWorld;
    let before: unknown;
    const connections: Record<string, ChannelModel> = {};

    beforeAll(async () => {
      world = current();
      before = await snapshot(world);
      await manage('PUT', `/users/${ANYBODY.name}`, { password: ANYBODY.password, tags: 'impersonator' });
      for (const vhost of Object.values(VHOSTS)) {
        const everything = { configure: '.*', write: '.*', read: '.*' };
        await manage('PUT', `/permissions/${encodeURIComponent(prefixed(vhost))}/${ANYBODY.name}`, everything);
        connections[vhost] = await open(vhost, ANYBODY);
      }
    });
    afterAll(async () => {
      for (const connection of Object.values(connections)) await connection.close();
      await manage('DELETE', `/users/${ANYBODY.name}`);
    });
    afterEach(async () => {
      expect(await snapshot(world)).toEqual(before);
      await allReady(world);
    });

    const open = (vhost: string, user?: { name: string; password: string }) => {
      const url = new URL(world.stack.servers.addresses.brokerUrl);
      if (user) [url.username, url.password] = [user.name, user.password];
      return connect(
        `${url.toString().replace(/\/$/, '')}/${encodeURIComponent(world.stack.services.settings.vhostPrefix + vhost)}`,
      );
    };
    const prefixed = (vhost: string) => world.stack.services.settings.vhostPrefix + vhost;
    const manage = (method: string, path: string, body?: object) =>
      managementCall(method, path, body, world.stack.servers.addresses.managementUrl);

    it.each(QUEUES)('is kept with its reason: $queue', async ({ vhost, queue, type }) => {
      const channel = await connections[vhost]!.createChannel();
      const [sender] = eventSenders(type);
      const from = sender ? { userId: sender } : {};
      channel.sendToQueue(queue, Buffer.from('{"not": json'), { type, messageId: 'spec-1', persistent: true, ...from });
      const dead = await eventually(async () => {
        const message = await channel.get(deadLetterQueue(queue), { noAck: true });
        if (!message) throw new Error(`nothing in ${deadLetterQueue(queue)}`);
        return message;
      });
      expect(dead.content.toString()).toBe('{"not": json');
      expect(String(dead.properties.headers?.['x-waybill-reason'])).toMatch(/JSON/);
      await channel.close();
    });

    it.each([
      ['package', PACKAGE_RPC.get],
      ['fleet', FLEET_RPC.groupGet],
      ['job-scheduler', JOB_RPC.get],
      ['result', RESULT_RPC.get],
    ] as const)('is answered, when somebody waits for an answer: %s', async (service, type) => {
      const channel = await connections[VHOSTS.services]!.createChannel();
      const { actorKeyFile } = world.stack.services.settings;
      const content = Buffer.from([0xff, 0x00, 0x7b]);
      const actor = await new ActorSigner(() => readFileSync(actorKeyFile, 'utf8')).sign(specActor(), type, content);
      const { queue: replyTo } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(replyTo, EXCHANGES.replies, replyTo);
      const answer = new Promise<string>((resolve) => {
        void channel.consume(replyTo, (message) => message && resolve(message.content.toString()), { noAck: true });
      });
      const headers = { [ACTOR_HEADER]: actor };
      channel.publish(EXCHANGES.rpc, rpcQueue(service), content, { replyTo, correlationId: 'spec', headers, type });
      expect(JSON.parse(await answer)).toMatchObject({
        ok: false,
        error: { kind: 'invalid', code: 'request.notJson' },
      });
      await channel.close();
    });

    it('a report about an execution that does not exist is kept apart, and changes nothing', async () => {
      const name = `a-${NOBODY}`;
      await manage('PUT', `/users/${name}`, { password: 'spec', tags: '' });
      const rights = { configure: '^$', write: '^waybill\\.reports$', read: '^$' };
      await manage('PUT', `/permissions/${encodeURIComponent(prefixed(VHOSTS.agents))}/${name}`, rights);
      const agent = await open(VHOSTS.agents, { name, password: 'spec' });
      try {
        const channel = await agent.createConfirmChannel();
        const report = {
          v: 1,
          computerId: NOBODY,
          jobId: NOBODY,
          run: 1,
          attempt: 1,
          seq: 1,
          status: 'succeeded',
          at: new Date().toISOString(),
          evidence: 'made up',
        };
        channel.publish(EXCHANGES.reports, `${name}.status.v1`, Buffer.from(JSON.stringify(report)), {
          userId: name,
          type: 'status.v1',
          messageId: '0199aaaa-0000-7000-8000-00000000000f',
          contentType: 'application/json',
        });
        await channel.waitForConfirms();
      } finally {
        await agent.close();
        await manage('DELETE', `/users/${name}`);
      }
      const client = new pg.Client({ connectionString: world.stack.services.settings.databaseUrls.result });
      await client.connect();
      try {
        await eventually(async () => {
          const { rows } = await client.query('SELECT kind FROM anomalies WHERE computer_id = $1', [NOBODY]);
          expect(rows).toEqual([{ kind: 'noExecution' }]);
        });
      } finally {
        await client.end();
      }
    });
  });
}
