import { type ApiWorld, NOBODY } from './api-world.fixtures.spec.ts';
import type { ProblemCase } from './problem-table.fixtures.spec.ts';

const BODY = { name: 'provoked', url: 'https://hooks.example.org/', events: ['job.draft'] };

const call =
  (method: string, path: string, body?: object): ProblemCase[3] =>
  ({ api }) =>
    api.raw(method, path, body && JSON.stringify(body), body ? { 'content-type': 'application/json' } : {});

/** A webhook that is there only while it is asked about. */
const withOne =
  (ask: (world: ApiWorld, path: string) => Promise<Response>): ProblemCase[3] =>
  async (world) => {
    const { id } = await world.api.post<{ id: string }>('/webhooks', BODY);
    const answer = await ask(world, `/webhooks/${id}`);
    await world.api.raw('DELETE', `/webhooks/${id}`);
    return answer;
  };

const ONE = '/webhooks/{id}';

/** About webhooks and their deliveries. */
export const WEBHOOK_PROBLEMS: ProblemCase[] = [
  ['POST /webhooks', 'webhook.url', 400, call('POST', '/webhooks', { ...BODY, url: 'https://169.254.169.254/' })],
  ...(
    [
      ['GET', ''],
      ['PATCH', '', { name: 'x' }],
      ['DELETE', ''],
      ['POST', '/actions/ping'],
      ['POST', '/actions/redeliver'],
      ['GET', '/deliveries'],
    ] as [string, string, object?][]
  ).map(([method, path, body]): ProblemCase => [
    `${method} ${ONE}${path}`,
    'webhook.notFound',
    404,
    call(method, `/webhooks/${NOBODY}${path}`, body),
  ]),
  [
    `POST ${ONE}/deliveries/{deliveryId}/actions/redeliver`,
    'webhook.notFound',
    404,
    call('POST', `/webhooks/${NOBODY}/deliveries/${NOBODY}/actions/redeliver`),
  ],
  [
    `POST ${ONE}/deliveries/{deliveryId}/actions/redeliver`,
    'delivery.notFound',
    404,
    withOne(({ api }, path) => api.raw('POST', `${path}/deliveries/${NOBODY}/actions/redeliver`)),
  ],
  [`PATCH ${ONE}`, 'webhook.url', 400, call('PATCH', `/webhooks/${NOBODY}`, { url: 'http://hooks.example.org/' })],
  [
    `PATCH ${ONE}`,
    'precondition.failed',
    412,
    withOne(({ api }, path) =>
      api.raw('PATCH', path, '{"name":"x"}', { 'content-type': 'application/json', 'if-match': '"999"' }),
    ),
  ],
];
