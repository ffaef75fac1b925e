import { type ApiWorld, NOBODY } from './api-world.fixtures.spec.ts';
import type { ProblemCase } from './problem-table.fixtures.spec.ts';

const ORDER = { package: 'published', version: '1.0.0', targets: { groups: ['everybody'] } };
const JSON_BODY = { 'content-type': 'application/json' };

const call =
  (method: string, path: string | ((world: ApiWorld) => string), body?: object): ProblemCase[3] =>
  (world) =>
    world.api.raw(
      method,
      typeof path === 'string' ? path : path(world),
      body && JSON.stringify(body),
      body ? JSON_BODY : {},
    );

/** A template that is there only while it is asked about. */
const withOne =
  (ask: (world: ApiWorld, path: string) => Promise<Response>): ProblemCase[3] =>
  async (world) => {
    const { id } = await world.api.post<{ id: string }>('/job-templates', { name: 'provoked', job: ORDER });
    const answer = await ask(world, `/job-templates/${id}`);
    await world.api.raw('DELETE', `/job-templates/${id}`);
    return answer;
  };

const ONE = '/job-templates/{id}';
const MISSING = `/job-templates/${NOBODY}`;
const NO_GROUP = { targets: { groups: ['nobody-at-all'] } };

/** About job templates, and orders that are given again. */
export const TEMPLATE_PROBLEMS: ProblemCase[] = [
  [
    'POST /job-templates',
    'jobTemplate.invalid',
    400,
    call('POST', '/job-templates', {
      name: 'x',
      job: { ...ORDER, ...NO_GROUP, schedule: { startAt: '2030-01-01T00:00' } },
    }),
  ],
  [`GET ${ONE}`, 'jobTemplate.notFound', 404, call('GET', MISSING)],
  [`PATCH ${ONE}`, 'jobTemplate.notFound', 404, call('PATCH', MISSING, { name: 'x' })],
  [`PATCH ${ONE}`, 'jobTemplate.invalid', 400, call('PATCH', MISSING, { job: { ...ORDER, ...NO_GROUP } })],
  [
    `PATCH ${ONE}`,
    'precondition.failed',
    412,
    withOne(({ api }, path) => api.raw('PATCH', path, '{"name":"x"}', { ...JSON_BODY, 'if-match': '"999"' })),
  ],
  [`DELETE ${ONE}`, 'jobTemplate.notFound', 404, call('DELETE', MISSING)],
  [`POST ${ONE}/actions/run`, 'jobTemplate.notFound', 404, call('POST', `${MISSING}/actions/run`)],
  [
    `POST ${ONE}/actions/run`,
    'job.invalid',
    400,
    withOne(({ api }, path) => api.raw('POST', `${path}/actions/run`, JSON.stringify(NO_GROUP), JSON_BODY)),
  ],
  ['POST /jobs/{id}/actions/clone', 'job.notFound', 404, call('POST', `/jobs/${NOBODY}/actions/clone`)],
  [
    'POST /jobs/{id}/actions/clone',
    'job.invalid',
    400,
    call('POST', ({ completedJob }) => `/jobs/${completedJob}/actions/clone`, NO_GROUP),
  ],
];
