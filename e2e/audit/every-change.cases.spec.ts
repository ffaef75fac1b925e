import { readFileSync } from 'node:fs';
import { eventually } from '@waybill/testing';
import { manifestOf, SCRIPT } from '../api/api-world.fixtures.spec.ts';
import type { Job } from '../support/views.ts';
import { BULK_CHANGES } from './bulk-changes.fixtures.spec.ts';
import { OFFER_CHANGES } from './offer-changes.fixtures.spec.ts';
import { type Answer, type AuditWorld, MINUTES } from './audit-world.fixtures.spec.ts';

type Perform = (world: AuditWorld) => Promise<Answer>;

const UPLOADS = '/packages/audited/versions/1.0.0/uploads';

/** Ids that one case leaves to the next. */
const made: Record<string, string> = {};
const keep = async (name: string, answer: Promise<Answer>): Promise<Answer> => {
  const { body, ...rest } = await answer;
  made[name] = String(body['id']);
  return { ...rest, body };
};
const secretOf = async (world: AuditWorld, what: string, field: string, answer: Promise<Answer>): Promise<Answer> => {
  const given = await answer;
  world.remember(what, String(given.body[field]));
  return given;
};
const job = (changes: object) => ({ package: 'e2e-tiny', version: '1.0.0', ...changes });
const onSilent = (world: AuditWorld) => ({ targets: { computers: [world.computer.id] } });
/** A session of its own, so that ending it ends nothing else. */
const asGuest = async (world: AuditWorld) => world.login('guest', made['guestPassword']!);

/** Each call of the API that changes something, done once in this order, and what the audit log must say of it. */
export const CHANGES: [operation: string, action: string, perform: Perform][] = [
  [
    'POST /accounts',
    'account.created',
    async (world) => {
      made['guestPassword'] = world.password('guest');
      const body = { username: 'guest', password: made['guestPassword'], grants: [{ role: 'viewer' }] };
      return keep('guest', world.call('POST', '/accounts', body));
    },
  ],
  [
    'POST /session',
    'session.created',
    (world) => {
      const body = { username: 'guest', password: made['guestPassword'] };
      return secretOf(world, 'session of guest', 'accessToken', world.call('POST', '/session', body, null));
    },
  ],
  [
    'DELETE /session',
    'session.ended',
    async (world) => world.call('DELETE', '/session', undefined, await asGuest(world)),
  ],
  [
    'DELETE /sessions/{id}',
    'session.ended',
    async (world) => {
      const token = await asGuest(world);
      const { body } = await world.call('GET', '/sessions', undefined, token);
      const [session] = body['items'] as { id: string }[];
      return world.call('DELETE', `/sessions/${session!.id}`);
    },
  ],
  [
    'POST /session/actions/change-password',
    'account.passwordChanged',
    async (world) => {
      const [currentPassword, newPassword] = [made['guestPassword']!, world.password('guest anew')];
      const token = await asGuest(world);
      made['guestPassword'] = newPassword;
      return world.call('POST', '/session/actions/change-password', { currentPassword, newPassword }, token);
    },
  ],
  [
    'PATCH /accounts/{id}',
    'account.updated',
    (world) =>
      world.call('PATCH', `/accounts/${made['guest']}`, { password: world.password('guest by the administrator') }),
  ],
  ['DELETE /accounts/{id}', 'account.removed', (world) => world.call('DELETE', `/accounts/${made['guest']}`)],
  [
    'POST /api-tokens',
    'apiToken.created',
    (world) =>
      secretOf(world, 'API token', 'secret', keep('apiToken', world.call('POST', '/api-tokens', { name: 'nightly' }))),
  ],
  ['DELETE /api-tokens/{id}', 'apiToken.revoked', (world) => world.call('DELETE', `/api-tokens/${made['apiToken']}`)],

  [
    'POST /webhooks',
    'webhook.created',
    (world) => {
      const hook = { name: 'tickets', url: 'https://hooks.example.invalid/', events: ['job.completed'] };
      return secretOf(world, 'secret of a webhook', 'secret', keep('webhook', world.call('POST', '/webhooks', hook)));
    },
  ],
  [
    'PATCH /webhooks/{id}',
    'webhook.updated',
    (world) => world.call('PATCH', `/webhooks/${made['webhook']}`, { enabled: false }),
  ],
  [
    'POST /webhooks/{id}/actions/ping',
    'webhook.pinged',
    (world) => keep('delivery', world.call('POST', `/webhooks/${made['webhook']}/actions/ping`)),
  ],
  [
    'POST /webhooks/{id}/deliveries/{deliveryId}/actions/redeliver',
    'webhook.redelivered',
    async (world) => {
      const path = `/webhooks/${made['webhook']}/deliveries`;
      // nobody has that name
      await eventually(async () => {
        const { body } = await world.call('GET', path);
        expect(body['items']).toMatchObject([{ state: 'dead' }]);
      });
      return world.call('POST', `${path}/${made['delivery']}/actions/redeliver`);
    },
  ],
  [
    'POST /webhooks/{id}/actions/redeliver',
    'webhook.redelivered',
    (world) => world.call('POST', `/webhooks/${made['webhook']}/actions/redeliver`),
  ],
  ['DELETE /webhooks/{id}', 'webhook.removed', (world) => world.call('DELETE', `/webhooks/${made['webhook']}`)],

  [
    'POST /packages',
    'package.created',
    (world) => world.call('POST', '/packages', { name: 'audited', title: 'Audited' }),
  ],
  [
    'PATCH /packages/{name}',
    'package.updated',
    (world) => world.call('PATCH', '/packages/audited', { title: 'Renamed' }),
  ],
  [
    'POST /packages/{name}/versions',
    'version.created',
    (world) => world.call('POST', '/packages/audited/versions', manifestOf('audited')),
  ],
  [
    'PUT /packages/{name}/versions/{version}/artifacts/{file}',
    'artifact.uploaded',
    (world) => world.call('PUT', '/packages/audited/versions/1.0.0/artifacts/run.sh', new Uint8Array(SCRIPT)),
  ],
  [
    'POST /packages/{name}/versions/{version}/uploads',
    'upload.begun',
    async (world) => {
      const answer = await keep('upload', world.call('POST', UPLOADS, { file: 'run.sh', size: SCRIPT.length }));
      const [part] = answer.body['parts'] as { url: string }[];
      world.remember('signature of an upload', new URL(part!.url).searchParams.get('X-Amz-Signature')!);
      made['part'] = part!.url;
      return answer;
    },
  ],
  [
    'POST /packages/{name}/versions/{version}/uploads/{id}/actions/complete',
    'upload.completing',
    async (world) => {
      const { headers } = await fetch(made['part']!, { method: 'PUT', body: new Uint8Array(SCRIPT) });
      const parts = [{ number: 1, etag: headers.get('etag') }];
      return world.call('POST', `${UPLOADS}/${made['upload']}/actions/complete`, { parts });
    },
  ],
  [
    'DELETE /packages/{name}/versions/{version}/uploads/{id}',
    'upload.aborted',
    async (world) => {
      const { body } = await world.call('POST', UPLOADS, { file: 'run.sh', size: SCRIPT.length });
      return world.call('DELETE', `${UPLOADS}/${String(body['id'])}`);
    },
  ],
  [
    'POST /packages/{name}/versions/{version}/actions/publish',
    'version.published',
    (world) => world.call('POST', '/packages/audited/versions/1.0.0/actions/publish', {}),
  ],
  [
    'POST /packages/{name}/versions/{version}/actions/withdraw',
    'version.withdrawn',
    (world) => world.call('POST', '/packages/audited/versions/1.0.0/actions/withdraw', {}),
  ],
  [
    'DELETE /packages/{name}',
    'package.removed',
    async (world) => {
      await world.call('POST', '/packages', { name: 'mistake', title: 'Mistake' });
      return world.call('DELETE', '/packages/mistake');
    },
  ],

  ['POST /groups', 'group.created', (world) => world.call('POST', '/groups', { name: 'audited', kind: 'static' })],
  [
    'POST /groups/{name}/members',
    'group.membersAdded',
    (world) => world.call('POST', '/groups/audited/members', { computers: [world.computer.id] }),
  ],
  [
    'DELETE /groups/{name}/members/{computerId}',
    'group.membersRemoved',
    (world) => world.call('DELETE', `/groups/audited/members/${world.computer.id}`),
  ],
  [
    'PUT /groups/{name}/members/{computerId}',
    'group.membersAdded',
    (world) => world.call('PUT', `/groups/audited/members/${world.computer.id}`),
  ],
  [
    'PATCH /groups/{name}',
    'group.updated',
    (world) => world.call('PATCH', '/groups/audited', { description: 'kept an eye on' }),
  ],
  ['DELETE /groups/{name}', 'group.removed', (world) => world.call('DELETE', '/groups/audited')],
  [
    'POST /enrolment-tokens',
    'enrolmentToken.created',
    (world) =>
      secretOf(
        world,
        'second enrolment secret',
        'secret',
        keep('enrolment', world.call('POST', '/enrolment-tokens', {})),
      ),
  ],
  [
    'DELETE /enrolment-tokens/{id}',
    'enrolmentToken.removed',
    (world) => world.call('DELETE', `/enrolment-tokens/${made['enrolment']}`),
  ],
  [
    'PATCH /computers/{id}',
    'computer.updated',
    (world) => world.call('PATCH', `/computers/${world.computer.id}`, { attributes: { site: 'Kyoto' } }),
  ],

  [
    'POST /jobs',
    'job.created',
    (world) => keep('job', world.call('POST', '/jobs', job({ targets: { groups: ['accounting'] } }))),
  ],
  [
    'POST /jobs/{id}/actions/clone',
    'job.created',
    (world) =>
      world.call('POST', `/jobs/${made['job']}/actions/clone`, { schedule: { startAt: '2030-01-01T00:00:00' } }),
  ],
  [
    'POST /job-templates',
    'jobTemplate.created',
    (world) => {
      const order = job({ targets: { groups: ['accounting'] } });
      return keep('template', world.call('POST', '/job-templates', { name: 'monthly', job: order }));
    },
  ],
  [
    'PATCH /job-templates/{id}',
    'jobTemplate.updated',
    (world) => world.call('PATCH', `/job-templates/${made['template']}`, { name: 'weekly' }),
  ],
  [
    'POST /job-templates/{id}/actions/run',
    'job.created',
    (world) =>
      world.call('POST', `/job-templates/${made['template']}/actions/run`, {
        schedule: { startAt: '2030-01-01T00:00:00' },
      }),
  ],
  [
    'DELETE /job-templates/{id}',
    'jobTemplate.removed',
    (world) => world.call('DELETE', `/job-templates/${made['template']}`),
  ],
  ...OFFER_CHANGES,
  [
    'POST /jobs/{id}/actions/approve',
    'job.approved',
    async (world) => {
      await world.call('POST', '/groups', { name: 'guarded', kind: 'static' });
      const { body } = await world.call('POST', '/jobs', job({ targets: { groups: ['guarded'] } }));
      const second = { username: 'second', password: world.password('second'), grants: [{ role: 'operator' }] };
      await world.call('POST', '/accounts', second);
      const token = await world.login('second', second.password);
      return world.call('POST', `/jobs/${String(body['id'])}/actions/approve`, undefined, token);
    },
  ],
  [
    'POST /jobs/{id}/actions/resume',
    'job.resumed',
    async (world) => {
      // its script does nothing, so it fails on the real agent; the silent computer keeps the job open
      const halting = { targets: { groups: ['accounting'] }, stopWhen: { failedPercent: 1, minimumFinished: 1 } };
      const { body } = await world.call('POST', '/jobs', job(halting));
      const path = `/jobs/${String(body['id'])}`;
      await eventually(async () => expect((await world.call('GET', path)).body['status']).toBe('halted'), {
        timeoutMs: 120_000,
      });
      return world.call('POST', `${path}/actions/resume`);
    },
  ],
  [
    'POST /jobs/{id}/actions/pause',
    'job.paused',
    async (world) => {
      const { body } = await world.call('POST', '/jobs', job(onSilent(world)));
      const path = `/jobs/${String(body['id'])}`;
      const released = async () =>
        ((await world.call('GET', path)).body['waves'] as { status: string }[] | undefined)?.[0]?.status;
      await eventually(async () => expect(await released()).toBe('released'), { timeoutMs: 120_000 });
      return world.call('POST', `${path}/actions/pause`, { reason: 'a meeting' });
    },
  ],
  [
    'POST /jobs/{id}/actions/cancel',
    'job.canceled',
    async (world) => {
      const { body } = await world.call('POST', '/jobs', job(onSilent(world)));
      return world.call('POST', `/jobs/${String(body['id'])}/actions/cancel`, { reason: 'wrong package' });
    },
  ],
  [
    'POST /jobs/{id}/actions/re-execute',
    'job.reexecuted',
    async (world) => {
      const { body } = await world.call('POST', '/jobs', job(onSilent(world)));
      const id = String(body['id']);
      await eventually(
        async () => expect((await world.stack.api.get<Job>(`/jobs/${id}`)).counters).toMatchObject({ queued: 1 }),
        { timeoutMs: MINUTES },
      );
      await world.call('POST', `/jobs/${id}/actions/cancel`, {});
      await eventually(
        async () => expect((await world.stack.api.get<Job>(`/jobs/${id}`)).counters).toMatchObject({ canceled: 1 }),
        { timeoutMs: 3 * MINUTES },
      );
      return world.call('POST', `/jobs/${id}/actions/re-execute`, { only: 'unsuccessful' });
    },
  ],
  ...BULK_CHANGES,

  ['DELETE /computers/{id}', 'computer.removed', (world) => world.call('DELETE', `/computers/${world.computer.id}`)],
];

/** The id of the job that the real agent works on. */
export const auditedJob = (): string => made['job']!;

/** `METHOD /path` of every call in the document that is not a mere question. */
export function changingOperations(): string[] {
  const { paths } = JSON.parse(readFileSync('services/gateway/openapi.json', 'utf8')) as {
    paths: Record<string, Record<string, object>>;
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => method !== 'get')
      .map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
  );
}
