import { type ApiWorld, NOBODY } from './api-world.fixtures.spec.ts';
import type { ProblemCase } from './problem-table.fixtures.spec.ts';

/** The first administrator's account, the same in every installation. */
const BUILT_IN = '01990000-0000-7000-8000-000000000001';
const PASSWORD = 'correct horse battery';
const HUGE = Array.from({ length: 20 }, () => ({
  role: 'viewer',
  groups: Array.from({ length: 50 }, (_, i) => `a-group-with-a-long-name-${i}`),
}));
const STALE = { 'if-match': '"999"' };

const call =
  (method: string, path: string | ((world: ApiWorld) => string), body?: object, headers: object = {}): ProblemCase[3] =>
  (world) =>
    world.api.raw(method, typeof path === 'string' ? path : path(world), body && JSON.stringify(body), {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...headers,
    });
const account = (body: object) => ({ username: 'somebody', password: PASSWORD, ...body });

const CHANGE = '/session/actions/change-password';
const APPROVE = 'POST /jobs/{id}/actions/approve';
const RESUME = 'POST /jobs/{id}/actions/resume';
const resume = (headers: object = {}) =>
  call('POST', ({ completedJob }) => `/jobs/${completedJob}/actions/resume`, undefined, headers);
const PAUSE = 'POST /jobs/{id}/actions/pause';
const pause = (headers: object = {}) =>
  call('POST', ({ completedJob }) => `/jobs/${completedJob}/actions/pause`, {}, headers);
const approve = (id: keyof ApiWorld & ('completedJob' | 'scheduledJob'), headers: object = {}) =>
  call('POST', (world) => `/jobs/${world[id]}/actions/approve`, undefined, headers);

/** About accounts, sessions and the second pair of eyes. */
export const PEOPLE_PROBLEMS: ProblemCase[] = [
  [
    `POST ${CHANGE}`,
    'account.builtIn',
    409,
    call('POST', CHANGE, { currentPassword: 'whatever', newPassword: 'another one, longer' }),
  ],
  ['GET /session/oidc', 'oidc.notConfigured', 404, call('GET', '/session/oidc')],
  ['DELETE /sessions/{id}', 'session.notFound', 404, call('DELETE', `/sessions/${NOBODY}`)],
  ['POST /accounts', 'account.exists', 409, call('POST', '/accounts', account({ username: 'admin' }))],
  ['POST /accounts', 'account.grantsTooLarge', 400, call('POST', '/accounts', account({ grants: HUGE }))],
  ['GET /accounts/{id}', 'account.notFound', 404, call('GET', `/accounts/${NOBODY}`)],
  ['PATCH /accounts/{id}', 'account.notFound', 404, call('PATCH', `/accounts/${NOBODY}`, { disabled: true })],
  ['PATCH /accounts/{id}', 'account.builtIn', 409, call('PATCH', `/accounts/${BUILT_IN}`, { disabled: true })],
  ['PATCH /accounts/{id}', 'account.grantsTooLarge', 400, call('PATCH', `/accounts/${BUILT_IN}`, { grants: HUGE })],
  [
    'PATCH /accounts/{id}',
    'precondition.failed',
    412,
    call('PATCH', `/accounts/${BUILT_IN}`, { disabled: true }, STALE),
  ],
  ['DELETE /accounts/{id}', 'account.notFound', 404, call('DELETE', `/accounts/${NOBODY}`)],
  ['DELETE /accounts/{id}', 'account.builtIn', 409, call('DELETE', `/accounts/${BUILT_IN}`)],
  [APPROVE, 'job.notFound', 404, call('POST', `/jobs/${NOBODY}/actions/approve`)],
  [APPROVE, 'job.wrongState', 409, approve('completedJob')],
  [APPROVE, 'job.approvalNotNeeded', 409, approve('scheduledJob')],
  [APPROVE, 'precondition.failed', 412, approve('scheduledJob', STALE)],
  [PAUSE, 'job.notFound', 404, call('POST', `/jobs/${NOBODY}/actions/pause`, {})],
  [PAUSE, 'job.wrongState', 409, pause()],
  [PAUSE, 'precondition.failed', 412, pause(STALE)],
  [RESUME, 'job.notFound', 404, call('POST', `/jobs/${NOBODY}/actions/resume`)],
  [RESUME, 'job.wrongState', 409, resume()],
  [RESUME, 'precondition.failed', 412, resume(STALE)],
];
