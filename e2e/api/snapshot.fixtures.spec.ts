import { eventually } from '@waybill/testing';
import type { ApiWorld } from './api-world.fixtures.spec.ts';

const LISTS = [
  '/packages',
  '/packages/drafts/versions',
  '/groups',
  '/jobs',
  '/job-templates',
  '/offers',
  '/offer-requests',
  '/enrolment-tokens',
  '/api-tokens',
  '/webhooks',
];

/** Everything that an administrator can change; bad input must leave it as it is. */
export async function snapshot({ api, objects }: ApiWorld): Promise<unknown> {
  const lists = await Promise.all(LISTS.map((path) => api.get<{ items: object[] }>(path)));
  const computers = await api.get<{ items: { id: string; name: string; groups: string[]; attributes: object }[] }>(
    '/computers?sort=id',
  );
  return {
    lists: lists.map(({ items }) => items),
    computers: computers.items.map(({ id, name, groups, attributes }) => ({ id, name, groups, attributes })),
    objects: await objects(),
  };
}

/** Every one of the five still does its work; a busy machine may take a moment to say so. */
export async function allReady({ stack }: ApiWorld): Promise<void> {
  for (const [service, port] of Object.entries(stack.services.settings.httpPorts)) {
    await eventually(async () => {
      const { status } = await fetch(`http://127.0.0.1:${port}/health/ready`);
      expect([service, status]).toEqual([service, 200]);
    });
  }
}
