import { createHash, type KeyObject, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  COMMAND_CONTENT_TYPE,
  COMMAND_JWS_TYPE,
  COMMAND_TYPES,
  type ExecuteCommand,
  SEQ_HEADER,
  VHOSTS,
} from '@waybill/contracts';
import { eventually, managementCall } from '@waybill/testing';
import { JwsSigner, readPrivateKey } from '@waybill/trust';
import { type ChannelModel, connect } from 'amqplib';
import pg from 'pg';
import { instancePaths } from '../deploy/local/local-paths.ts';
import { AgentProcess } from './support/agent-process.ts';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { keysCommand } from './support/keys-command.ts';
import { publishVersion } from './support/publish.ts';
import { storageOf } from './support/storage.ts';
import { tinyManifest } from './support/tiny-package.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;
const GROUPS = ['finance', 'sales'] as const;
type Group = (typeof GROUPS)[number];

/** A message of a command stream, as whoever owns the broker has it. */
interface Captured {
  seq: number;
  jws: string;
  command: ExecuteCommand;
}

/** Somebody owns broker or object storage, or has stolen a key; the agents are real ones, and so is everything else. */
describe('whoever has got hold of a part of the system', () => {
  let stack: E2eStack;
  let broker: ChannelModel;
  const agents = {} as Record<Group, AgentProcess>;
  const computers = {} as Record<Group, string>;
  const work = mkdtempSync(join(tmpdir(), 'waybill-attacks-'));

  beforeAll(async () => {
    // the keys of an earlier run have other numbers
    rmSync(instancePaths('e2e').keys, { recursive: true, force: true });
    stack = await startE2eStack();
    const door = stack.services.fleetUrl;
    for (const group of GROUPS) {
      await stack.api.post('/groups', { name: group, kind: 'static' });
      const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', { groups: [group], maxUses: 1 });
      const hostname = `pc-${group}`;
      agents[group] = new AgentProcess({ door, enrolmentToken: secret, hostname, directory: join(work, hostname) });
      agents[group].start();
    }
    for (const group of GROUPS)
      computers[group] = await eventually(
        async () => {
          const page = await stack.api.get<Page<{ id: string; online: boolean }>>(
            `/computers?filter=name==pc-${group}`,
          );
          expect(page.items).toMatchObject([{ online: true }]);
          return page.items[0]!.id;
        },
        { timeoutMs: 2 * MINUTES },
      );
    const url = stack.servers.addresses.brokerUrl.replace(/\/$/, '');
    broker = await connect(`${url}/${encodeURIComponent(stack.services.settings.vhostPrefix + VHOSTS.agents)}`);
  }, 5 * MINUTES);

  afterAll(async () => {
    await broker?.close();
    await Promise.all(Object.values(agents).map((agent) => agent.stop('SIGKILL')));
    await stack?.stop();
    rmSync(work, { recursive: true, force: true });
  }, 2 * MINUTES);

  /** Leaves a line in a file for each time that it ran. */
  const scriptOf = (name: string) => Buffer.from(`#!/bin/sh\necho ran >> "$WAYBILL_ROOT/opt/${name}"\n`);
  const publish = (name: string) =>
    publishVersion(stack.api, tinyManifest(name), [{ name: 'run.sh', bytes: scriptOf(name) }]);
  const timesRun = (group: Group, name: string): number => {
    const file = join(agents[group].root, 'opt', name);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
  };
  const order = (name: string, group: Group) =>
    stack.api.post<Job>('/jobs', { package: name, version: '1.0.0', targets: { groups: [group] } });
  const executionOf = async ({ id }: Job): Promise<Execution> => {
    const { items } = await stack.api.get<Page<Execution>>(`/jobs/${id}/executions`);
    expect(items).toHaveLength(1);
    return items[0]!;
  };
  const ends = (job: Job, status: string) =>
    eventually(
      async () => {
        const execution = await executionOf(job);
        expect(execution.status).toBe(status);
        return execution;
      },
      { timeoutMs: 2 * MINUTES, intervalMs: 200 },
    );

  async function streamOf(group: Group): Promise<string> {
    const { id } = await stack.api.get<{ id: string }>(`/groups/${group}`);
    const vhost = encodeURIComponent(stack.services.settings.vhostPrefix + VHOSTS.agents);
    const { managementUrl } = stack.servers.addresses;
    const queues = (await managementCall('GET', `/queues/${vhost}`, undefined, managementUrl)) as { name: string }[];
    const names = queues.map(({ name }) => name);
    return names.find((name) => name.startsWith(`cmd.g.${id}.`))!;
  }

  /** Everything that a group was told so far. */
  async function capture(group: Group): Promise<Captured[]> {
    const channel = await broker.createChannel();
    await channel.prefetch(100);
    const captured: Captured[] = [];
    await channel.consume(
      await streamOf(group),
      (message) => {
        if (!message) return;
        channel.ack(message);
        const jws = message.content.toString();
        const command = JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString()) as ExecuteCommand;
        captured.push({ seq: command.seq, jws, command });
      },
      { arguments: { 'x-stream-offset': 'first' } },
    );
    let seen = -1;
    await eventually(() => {
      const before = seen;
      seen = captured.length;
      expect([seen > 0, seen]).toEqual([true, before]);
    });
    await channel.close();
    return captured;
  }

  async function put(group: Group, { seq, jws }: Pick<Captured, 'seq' | 'jws'>): Promise<void> {
    const channel = await broker.createConfirmChannel();
    channel.sendToQueue(await streamOf(group), Buffer.from(jws), {
      type: COMMAND_TYPES.execute,
      messageId: randomUUID(),
      contentType: COMMAND_CONTENT_TYPE,
      headers: { [SEQ_HEADER]: seq },
      persistent: true,
    });
    await channel.waitForConfirms();
    await channel.close();
  }

  async function rowOf<T>(service: 'package' | 'result', sql: string, values: unknown[]): Promise<T> {
    const client = new pg.Client({ connectionString: stack.services.settings.databaseUrls[service] });
    await client.connect();
    try {
      const { rows } = await client.query(sql, values);
      expect(rows).toHaveLength(1);
      return rows[0] as T;
    } finally {
      await client.end();
    }
  }

  /** What a computer has told of commands that were refused, or that were obeyed though nobody had given them. */
  async function anomaliesOf(group: Group, kind: 'commandRefused' | 'noExecution'): Promise<number> {
    const sql = 'SELECT count(*)::int AS n FROM anomalies WHERE computer_id = $1 AND kind = $2';
    return (await rowOf<{ n: number }>('result', sql, [computers[group], kind])).n;
  }

  /** What comes after the attack on the same stream is done as ever: nothing was lost, and the agent has read that far. */
  async function goesOn(group: Group): Promise<void> {
    const name = `after-${randomUUID().slice(0, 8)}`;
    await publish(name);
    await ends(await order(name, group), 'succeeded');
    expect(timesRun(group, name)).toBe(1);
  }

  it(
    'cannot have other bytes installed: an artifact swapped in the object storage',
    async () => {
      await publish('swapped');
      const genuine = scriptOf('swapped');
      const digest = createHash('sha256').update(genuine).digest('hex');
      const { client: storage, bucket } = storageOf(stack);
      const { key } = await rowOf<{ key: string }>(
        'package',
        'SELECT object_key AS key FROM artifacts WHERE sha256 = $1',
        [digest],
      );
      // of the same length: only the digest can tell
      const evil = Buffer.from(genuine.toString().replace('ran', 'own'));
      expect(evil).toHaveLength(genuine.length);
      await storage.putObject(bucket, key, evil);

      const job = await order('swapped', 'finance');
      const refused = await ends(job, 'failed');
      expect(refused.reason).toBe('download.checksum');
      expect(timesRun('finance', 'swapped')).toBe(0);

      await storage.putObject(bucket, key, genuine);
      await stack.api.post(`/jobs/${job.id}/actions/re-execute`, { only: 'failed' });
      await ends(job, 'succeeded');
      expect(timesRun('finance', 'swapped')).toBe(1);
    },
    6 * MINUTES,
  );

  it(
    'cannot have a command done by others, or twice: copied to another stream, and put on its own again',
    async () => {
      await publish('once');
      await ends(await order('once', 'finance'), 'succeeded');
      const command = (await capture('finance')).at(-1)!;
      await put('sales', command);
      await put('finance', command);
      await goesOn('finance');
      await goesOn('sales');
      expect([timesRun('finance', 'once'), timesRun('sales', 'once')]).toEqual([1, 0]);
    },
    6 * MINUTES,
  );

  it(
    'cannot command anybody by a key that is no command key, nor by half a command',
    async () => {
      await publish('forged');
      await ends(await order('forged', 'finance'), 'succeeded');
      const { command, jws } = (await capture('finance')).at(-1)!;
      const { publish: publisher } = stack.services.settings.keyFiles;
      const before = await anomaliesOf('sales', 'commandRefused');
      const audience = (await capture('sales')).at(-1)!.command.audience;
      const forSales = { ...command, id: randomUUID(), jobId: randomUUID(), audience, seq: command.seq + 1_000 };
      const forge = (key: string, kid: string) => sign(forSales, readPrivateKey(readFileSync(key, 'utf8')), kid);
      const [, payload] = forge(publisher, 'waybill-command-1').split('.');
      const none = Buffer.from(JSON.stringify({ alg: 'none', typ: COMMAND_JWS_TYPE })).toString('base64url');
      for (const forged of [
        forge(publisher, 'waybill-publish-1'),
        forge(publisher, 'waybill-command-1'),
        `${none}.${payload}.`,
        jws.slice(0, -20),
      ])
        await put('sales', { seq: forSales.seq, jws: forged });
      await eventually(async () => expect(await anomaliesOf('sales', 'commandRefused')).toBeGreaterThan(before), {
        timeoutMs: MINUTES,
      });
      await goesOn('sales');
      expect(timesRun('sales', 'forged')).toBe(0);
    },
    6 * MINUTES,
  );

  it(
    'with a stolen command key commands nobody any more once it is revoked and the computer’s session was renewed',
    async () => {
      await publish('stolen');
      await ends(await order('stolen', 'finance'), 'succeeded');
      const { command } = (await capture('finance')).at(-1)!;
      const last = (await capture('sales')).at(-1)!;
      const { audience } = last.command;
      const stolen = readPrivateKey(readFileSync(stack.services.settings.keyFiles.command, 'utf8'));
      let { seq } = last;
      const attack = async () => {
        const forged = { ...command, id: randomUUID(), jobId: randomUUID(), audience, seq: ++seq };
        await put('sales', { seq, jws: sign(forged, stolen, 'waybill-command-1') });
      };
      const obeyed = () => anomaliesOf('sales', 'noExecution');
      const refused = () => anomaliesOf('sales', 'commandRefused');
      // that much it can, as SECURITY.md says; without this the rest would prove nothing
      const before = await obeyed();
      await attack();
      await eventually(async () => expect(await obeyed()).toBeGreaterThan(before), { timeoutMs: MINUTES });

      keysCommand('e2e', ['revoke', 'waybill-command-1']);
      const told = await refused();
      await eventually(
        async () => {
          // another membership renews the session at once, with the keys that the door knows by then
          await stack.api.call('DELETE', `/groups/finance/members/${computers.sales}`);
          await stack.api.call('PUT', `/groups/finance/members/${computers.sales}`);
          await attack();
          await eventually(async () => expect(await refused()).toBeGreaterThan(told), { timeoutMs: 3_000 });
        },
        { timeoutMs: MINUTES },
      );
      await goesOn('sales');
      const after = await obeyed();
      for (let i = 0; i < 3; i++) await attack();
      await goesOn('sales');
      expect([await obeyed(), timesRun('sales', 'stolen')]).toEqual([after, 0]);
    },
    6 * MINUTES,
  );
});

const sign = (command: ExecuteCommand, privateKey: KeyObject, kid: string): string =>
  new JwsSigner({ kid, privateKey }, COMMAND_JWS_TYPE).sign(JSON.stringify(command));
