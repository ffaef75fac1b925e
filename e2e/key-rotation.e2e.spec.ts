import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { instancePaths } from '../deploy/local/local-paths.ts';
import { AgentProcess } from './support/agent-process.ts';
import type { ApiError } from './support/api.ts';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { keysCommand } from './support/keys-command.ts';
import { publishVersion } from './support/publish.ts';
import { tinyManifest } from './support/tiny-package.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;
const INSTANCE = 'e2e';

/** Keys are replaced with the documented command while everything runs; agents and services go on. */
describe('the keys of a running installation', () => {
  let stack: E2eStack;
  let agent: AgentProcess;
  let directory: string;
  const work = mkdtempSync(join(tmpdir(), 'waybill-keys-'));

  const keys = (args: readonly string[], input?: string) => keysCommand(INSTANCE, args, input);
  const list = () => keys(['show']);
  const keyOf = (name: string) => {
    const line = list()
      .split('\n')
      .find((text) => text.trim().startsWith(name));
    return line?.trim().replaceAll(/\s+/g, ' ');
  };

  beforeAll(async () => {
    // The keys of an earlier run have other numbers.
    rmSync(instancePaths(INSTANCE).keys, { recursive: true, force: true });
    stack = await startE2eStack();
    directory = join(stack.services.settings.keyFiles.keySet, '..');
    await stack.api.post('/groups', { name: 'rotated', kind: 'static' });
    const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
      groups: ['rotated'],
      maxUses: 1,
    });
    const root = /--root-key (sha256:[0-9a-f]{64})/.exec(list())![1]!;
    agent = new AgentProcess({
      door: stack.services.fleetUrl,
      enrolmentToken: secret,
      hostname: 'pc-rotated',
      directory: join(work, 'pc-rotated'),
      env: { WAYBILL_AGENT_ROOT_KEY: root },
    });
    agent.start();
    await eventually(
      async () => {
        const page = await stack.api.get<Page<{ online: boolean }>>('/computers?filter=name==pc-rotated');
        expect(page.items).toMatchObject([{ online: true }]);
      },
      { timeoutMs: 2 * MINUTES },
    );
  }, 5 * MINUTES);

  afterAll(async () => {
    await agent?.stop('SIGKILL');
    await stack?.stop();
    rmSync(work, { recursive: true, force: true });
  }, 2 * MINUTES);

  const files = (name: string) => [
    { name: 'run.sh', bytes: Buffer.from(`#!/bin/sh\ntouch "$WAYBILL_ROOT/opt/${name}"\n`) },
  ];
  const publish = async (name: string) => publishVersion(stack.api, tinyManifest(name), files(name));
  const version = (name: string) =>
    stack.api.get<{ signature: { kid: string; holder: string; status: string } }>(`/packages/${name}/versions/1.0.0`);
  const order = (name: string) =>
    stack.api.post<Job>('/jobs', { package: name, version: '1.0.0', targets: { groups: ['rotated'] } });

  async function ends(job: Job, status = 'succeeded'): Promise<Execution> {
    return eventually(
      async () => {
        const { items } = await stack.api.get<Page<Execution>>(`/jobs/${job.id}/executions`);
        expect(items).toMatchObject([{ status }]);
        return items[0]!;
      },
      { timeoutMs: 2 * MINUTES, intervalMs: 300 },
    );
  }

  it('are kept for their owner alone', () => {
    for (const file of ['root.pem', 'publish.pem', 'command.pem', 'token.pem', 'actor.pem', 'keyset.jws'])
      expect([file, statSync(join(directory, file)).mode & 0o777]).toEqual([file, 0o600]);
  });

  it(
    'the command key: the agent learns of the new one and obeys it',
    async () => {
      await publish('before');
      await ends(await order('before'));
      keys(['rotate', 'command']);
      expect(keyOf('waybill-command-2')).toMatch(/command service valid/);
      await publish('after-command');
      await ends(await order('after-command'));
    },
    6 * MINUTES,
  );

  it(
    'the publishing key: what was published before stays installable, what comes after too',
    async () => {
      await publish('old-publisher');
      keys(['rotate', 'publish']);
      await eventually(async () => {
        await publish(`p-${Date.now()}`);
        expect(readFileSync(join(directory, 'publish.pem'), 'utf8')).toContain('PRIVATE KEY');
      });
      await publish('new-publisher');
      expect([(await version('old-publisher')).signature, (await version('new-publisher')).signature]).toEqual([
        { kid: 'waybill-publish-1', holder: 'service', status: 'valid' },
        { kid: 'waybill-publish-2', holder: 'service', status: 'valid' },
      ]);
      await ends(await order('old-publisher'));
      await ends(await order('new-publisher'));
    },
    6 * MINUTES,
  );

  it(
    'the session key: the broker trusts the new tokens, and the agent that holds an old one goes on',
    async () => {
      keys(['rotate', 'session']);
      await publish('after-session');
      await ends(await order('after-session'));
      // a new process has only the new key's token
      await agent.stop();
      agent.start();
      await publish('after-session-2');
      await ends(await order('after-session-2'));
    },
    6 * MINUTES,
  );

  it(
    'the actor key: the gateway vouches with the new one, and the old one is worth nothing',
    async () => {
      const old = readFileSync(join(directory, 'actor.pem'), 'utf8');
      const changed = keys(['rotate', 'actor']);
      expect(changed).toContain('new actor key is in use');
      expect(readFileSync(join(directory, 'actor.pem'), 'utf8')).not.toBe(old);
      await publish('after-actor');
      await ends(await order('after-actor'));
    },
    6 * MINUTES,
  );

  it(
    'the root key: the agent follows from the one that it has pinned',
    async () => {
      keys(['rotate', 'root']);
      keys(['rotate', 'command']);
      await publish('after-root');
      await ends(await order('after-root'));
    },
    6 * MINUTES,
  );

  it(
    'a publishing key that is revoked: refused by server and shown; published once more, it can be installed',
    async () => {
      await publish('leaked');
      const { kid } = (await version('leaked')).signature;
      keys(['revoke', kid]);
      await eventually(async () =>
        expect((await version('leaked')).signature).toMatchObject({ kid, status: 'revoked' }),
      );
      const refusal = await order('leaked').catch((error: unknown) => error as ApiError);
      expect(refusal).toMatchObject({
        problem: {
          code: 'job.invalid',
          errors: [{ pointer: '/version', message: expect.stringContaining(`key ${kid} was revoked`) as string }],
        },
      });
      await eventually(async () => {
        await stack.api.post('/packages/leaked/versions/1.0.0/actions/publish', {});
        expect((await version('leaked')).signature.status).toBe('valid');
      });
      await ends(await order('leaked'));
    },
    6 * MINUTES,
  );

  it(
    'a key of the organisation signs what the services cannot',
    async () => {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const file = join(work, 'organisation.pem');
      writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
      writeFileSync(join(work, 'organisation.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
      keys(['add', 'acme-release-1', '--public', join(work, 'organisation.pub.pem')]);
      await publish('signed-outside');
      const base = '/packages/signed-outside/versions/1.0.0';
      const bytes = await (await stack.api.raw('GET', `${base}/manifest`)).text();
      const signature = keys(['sign', '--key', file, '--kid', 'acme-release-1'], bytes).trim();
      await eventually(async () => {
        await stack.api.post(`${base}/actions/publish`, { signature });
        expect((await version('signed-outside')).signature).toEqual({
          kid: 'acme-release-1',
          holder: 'organisation',
          status: 'valid',
        });
      });
      await ends(await order('signed-outside'));
    },
    6 * MINUTES,
  );
});
