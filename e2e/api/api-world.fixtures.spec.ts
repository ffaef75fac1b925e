import { type SimulatedFleet, startFleet } from '@waybill/agent/simulator';
import { eventually } from '@waybill/testing';
import type { Api } from '../support/api.ts';
import { type E2eStack, startE2eStack } from '../support/e2e-stack.ts';
import { publishVersion } from '../support/publish.ts';
import { storageOf } from '../support/storage.ts';
import type { Job, Page } from '../support/views.ts';
import { makeUploadStates, type UploadStates } from './upload-states.fixtures.spec.ts';

export const AGENTS = 4;
/** An id that nothing has. */
export const NOBODY = '0199aaaa-0000-7000-8000-000000000001';

/** A stack with one of everything, so that every refusal can be provoked on it. */
export interface ApiWorld {
  stack: E2eStack;
  api: Api;
  fleet: SimulatedFleet;
  /** id of an enrolled computer */
  computer: string;
  scheduledJob: string;
  completedJob: string;
  uploads: UploadStates;
  objects(): Promise<string[]>;
  stop(): Promise<void>;
}

/** @param artifacts as the manifest has them; by default one script */
export function manifestOf(name: string, version = '1.0.0', artifacts: object[] = [{ file: 'run.sh' }]) {
  return {
    package: name,
    version,
    variants: [
      {
        platform: { os: 'linux' },
        artifacts,
        installer: { type: 'script', file: 'run.sh' },
        detection: [{ file: { path: `/opt/${name}` } }],
      },
    ],
  };
}

export const SCRIPT = Buffer.from('#!/bin/sh\nexit 0\n');

export async function startApiWorld(): Promise<ApiWorld> {
  const stack = await startE2eStack();
  const { api } = stack;
  const files = [{ name: 'run.sh', bytes: SCRIPT }];
  for (const name of ['published', 'withdrawn', 'live']) await publishVersion(api, manifestOf(name), files);
  await api.post('/packages/withdrawn/versions/1.0.0/actions/withdraw', {});
  await api.post('/packages', { name: 'drafts', title: 'Drafts' });
  await api.post(
    '/packages/drafts/versions',
    manifestOf('drafts', '1.0.0', [{ file: 'run.sh' }, { file: 'sized.bin', size: 5 }]),
  );
  const uploads = await makeUploadStates(api, manifestOf);
  await api.post('/groups', { name: 'everybody', kind: 'static' });
  await api.post('/groups', { name: 'oddities', kind: 'dynamic', filter: 'attribute.odd==yes' });
  const { secret } = await api.post<{ secret: string }>('/enrolment-tokens', {
    groups: ['everybody'],
    maxUses: AGENTS,
  });
  const fleet = startFleet({
    server: stack.services.fleetUrl,
    token: secret,
    agents: AGENTS,
    fail: { install: 0.3 },
    // long enough that a slow reader still sees a job in its middle
    delay: { install: { min: 2_000, max: 5_000 } },
  });
  await fleet.subscribed;
  const [computer] = (await api.get<Page<{ id: string }>>('/computers?sort=name')).items;
  const order = { package: 'published', version: '1.0.0', targets: { computers: [computer!.id] } };
  const later = await api.post<Job>('/jobs', { ...order, schedule: { startAt: '2030-01-01T00:00:00Z' } });
  const now = await api.post<Job>('/jobs', order);
  await eventually(async () => expect((await api.get<Job>(`/jobs/${now.id}`)).status).toBe('completed'), {
    timeoutMs: 120_000,
  });
  return {
    stack,
    api,
    fleet,
    computer: computer!.id,
    scheduledJob: later.id,
    completedJob: now.id,
    uploads,
    objects: () => objectsOf(stack),
    stop: async () => {
      await fleet.stop();
      await stack.stop();
    },
  };
}

async function objectsOf(stack: E2eStack): Promise<string[]> {
  const { client, bucket } = storageOf(stack);
  const names: string[] = [];
  for await (const { name } of client.listObjectsV2(bucket, '', true) as AsyncIterable<{ name: string }>)
    names.push(name);
  // parts of uploads that were neither completed nor given up
  for await (const { key } of client.listIncompleteUploads(bucket, '', true) as AsyncIterable<{ key: string }>)
    names.push(`incomplete ${key}`);
  return names.sort();
}
