import { ROUTE_ACCESS } from '@waybill/contracts';
import { type ApiWorld, manifestOf, NOBODY } from './api-world.fixtures.spec.ts';
import { snapshot } from './snapshot.fixtures.spec.ts';
import { Api } from '../support/api.ts';
import type { Page } from '../support/views.ts';

const PASSWORD = 'a password for elsewhere';
const [OWN_GROUP, OWN_PACKAGE] = ['elsewhere', 'elsewhere'];
const LIMITS = { groups: [OWN_GROUP], categories: ['elsewhere'] };
/** The auditor is not here: what it has beyond a viewer is over the whole installation, and so not had by anybody who is limited. */
const LIMITED_ROLES = ['viewer', 'helpdesk', 'packager', 'operator', 'administrator'] as const;

/** What a path names: somebody else's thing, and in its place a thing that nobody has. */
interface Names {
  package: string;
  version: string;
  group: string;
  computer: string;
  job: string;
  template: string;
  offer: string;
  offerRequest: string;
  upload: string;
  enrolmentToken: string;
  session: string;
  apiToken: string;
  account: string;
  webhook: string;
  delivery: string;
}

const NOTHING: Names = {
  package: 'nobody',
  version: '1.0.0',
  group: 'nobody',
  computer: NOBODY,
  job: NOBODY,
  template: NOBODY,
  offer: NOBODY,
  offerRequest: NOBODY,
  upload: NOBODY,
  enrolmentToken: NOBODY,
  session: NOBODY,
  apiToken: NOBODY,
  account: NOBODY,
  webhook: NOBODY,
  delivery: NOBODY,
};

const ID_OF: Readonly<Record<string, keyof Names>> = {
  computers: 'computer',
  jobs: 'job',
  'job-templates': 'template',
  offers: 'offer',
  'offer-requests': 'offerRequest',
  'enrolment-tokens': 'enrolmentToken',
  sessions: 'session',
  'api-tokens': 'apiToken',
  accounts: 'account',
  webhooks: 'webhook',
};

/** A route of `ROUTE_ACCESS` with these names in it. */
function pathWith(route: string, names: Names): string {
  const path = route.split(' ')[1]!;
  const [, collection] = path.split('/');
  return path
    .replace('/uploads/{id}', `/uploads/${names.upload}`)
    .replace('{id}', collection! in ID_OF ? names[ID_OF[collection!]!] : '{id}')
    .replace('{deliveryId}', names.delivery)
    .replace('{computerId}', names.computer)
    .replace('{name}', collection === 'groups' ? names.group : names.package)
    .replace('{version}', names.version)
    .replace('{file}', 'run.sh')
    .replace(/report$/, 'report?format=csv')
    .replace(/explain$/, `explain?job=${names.job}`);
}

/** Bodies that are right in form, so that a refusal is about whose thing it is. */
const bodyOf = (route: string, names: Names): object | undefined =>
  ({
    'PATCH /accounts/{id}': { displayName: 'mine now' },
    'PATCH /job-templates/{id}': { name: 'mine now' },
    'PATCH /webhooks/{id}': { name: 'mine now' },
    'PATCH /packages/{name}': { title: 'mine now' },
    'PATCH /computers/{id}': { attributes: { owner: 'me' } },
    'PATCH /groups/{name}': { description: 'mine now' },
    'POST /packages/{name}/versions': manifestOf(names.package, '9.0.0'),
    'POST /packages/{name}/versions/{version}/uploads': { file: 'run.sh', size: 5 },
    'POST /packages/{name}/versions/{version}/uploads/{id}/actions/complete': { parts: [{ number: 1, etag: 'none' }] },
    'POST /groups/{name}/members': { computers: [names.computer] },
    'POST /jobs/{id}/actions/re-execute': { only: 'failed' },
    'POST /jobs/{id}/executions/actions/re-execute': { computers: [names.computer] },
  })[route];

/** What the lists of executions answer about a computer that there is not. */
const EMPTY_LIST = '200 {"items":[],"nextCursor":null}';

/** Calls whose body names the thing. */
const BODIES: [what: string, path: string, body: (names: Names) => object][] = [
  [
    'a job for a group',
    '/jobs',
    ({ group }) => ({ package: OWN_PACKAGE, version: '1.0.0', targets: { groups: [group] } }),
  ],
  [
    'a job for a computer',
    '/jobs',
    ({ computer }) => ({ package: OWN_PACKAGE, version: '1.0.0', targets: { computers: [computer] } }),
  ],
  [
    'a job with a package',
    '/jobs',
    (names) => ({ package: names.package, version: '1.0.0', targets: { groups: [OWN_GROUP] } }),
  ],
  ['a member of the own group', `/groups/${OWN_GROUP}/members`, ({ computer }) => ({ computers: [computer] })],
  ['an offer to a group', '/offers', ({ group }) => ({ package: OWN_PACKAGE, version: '1.0.0', groups: [group] })],
  ['an enrolment token for a group', '/enrolment-tokens', ({ group }) => ({ groups: [group], maxUses: 1 })],
];

/** Everything of the installation against people who are limited to another group and another category. */
export function foreignThings(current: () => ApiWorld): void {
  describe("somebody else's thing", () => {
    let world: ApiWorld;
    let foreign: Names;
    let before: unknown;
    const callers = new Map<string, Api>();

    beforeAll(async () => {
      world = current();
      const { api } = world;
      await api.post('/groups', { name: OWN_GROUP, kind: 'static' });
      await api.post('/packages', { name: OWN_PACKAGE, title: 'Elsewhere', category: 'elsewhere' });
      const first = async (path: string) => (await api.get<Page<{ id: string }>>(path)).items[0]!.id;
      const apiToken = await api.post<{ id: string }>('/api-tokens', { name: 'of the administrator' });
      const order = { package: 'published', version: '1.0.0', targets: { groups: ['everybody'] } };
      const template = await api.post<{ id: string }>('/job-templates', { name: 'of the administrator', job: order });
      const offered = { package: 'published', version: '1.0.0', groups: ['everybody'] };
      const offer = await api.post<{ id: string }>('/offers', offered);
      const hook = { name: 'of the administrator', url: 'https://hooks.example.org/', events: ['job.draft'] };
      const webhook = await api.post<{ id: string }>('/webhooks', hook);
      foreign = {
        package: 'published',
        version: '1.0.0',
        group: 'everybody',
        computer: world.computer,
        job: world.scheduledJob,
        template: template.id,
        offer: offer.id,
        offerRequest: NOBODY,
        upload: world.uploads.empty.id,
        enrolmentToken: await first('/enrolment-tokens'),
        session: await first('/sessions'),
        apiToken: apiToken.id,
        account: await first('/accounts'),
        webhook: webhook.id,
        delivery: NOBODY,
      };
      for (const role of LIMITED_ROLES) {
        const username = `limited-${role}`;
        await api.post('/accounts', { username, password: PASSWORD, grants: [{ role, ...LIMITS }] });
        callers.set(role, await Api.login({ server: api.server, username, password: PASSWORD }));
      }
      before = await snapshot(world);
    }, 120_000);
    afterAll(async () => expect(await snapshot(world)).toEqual(before));

    /** @returns status and code of a refusal, or the answer itself; a stream is left at once */
    async function ask(role: string, method: string, path: string, body?: object): Promise<string> {
      const isUpload = method === 'PUT' && path.includes('/artifacts/');
      const sent = isUpload ? 'bytes' : body && JSON.stringify(body);
      const response = await callers.get(role)!.raw(method, path, sent, {
        ...(isUpload ? { 'content-type': 'application/octet-stream' } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
      });
      const type = response.headers.get('content-type');
      const { code, ...answer } = /json/.test(type ?? '') ? ((await response.json()) as { code?: string }) : {};
      if (!response.bodyUsed) await response.body?.cancel();
      return `${response.status} ${code ?? JSON.stringify(answer)}`;
    }

    const named = Object.keys(ROUTE_ACCESS).filter((route) => route.includes('{'));

    it.each(LIMITED_ROLES)('is for a limited %s as if it were not there, on every route', async (role) => {
      const told: string[] = [];
      for (const route of named) {
        const method = route.split(' ')[0]!;
        const about = (names: Names) => ask(role, method, pathWith(route, names), bodyOf(route, names));
        const [theirs, nothing] = [await about(foreign), await about(NOTHING)];
        // never refused for its form: only for its rights or for what it names
        const isNothing = /^40[34] /.test(theirs) || theirs === EMPTY_LIST;
        if (!isNothing || theirs !== nothing) told.push(`${route}: ${theirs}, and of nothing ${nothing}`);
      }
      expect(told).toEqual([]);
    });

    it.each(LIMITED_ROLES)('is in no list of a limited %s', async (role) => {
      const lists = [
        '/packages',
        '/computers',
        '/groups',
        '/jobs',
        '/job-templates',
        '/offers',
        '/offer-requests',
        '/enrolment-tokens',
        '/sessions',
        '/api-tokens',
        '/webhooks',
      ];
      const ids = Object.entries(foreign).flatMap(([kind, name]) => (kind === 'version' ? [] : [name]));
      for (const path of lists) {
        const response = await callers.get(role)!.raw('GET', path);
        if (response.status === 403) continue;
        expect([path, response.status]).toEqual([path, 200]);
        const { items } = (await response.json()) as Page<{ id?: string; name?: string }>;
        expect(items.filter(({ id, name }) => ids.includes(id ?? '') || ids.includes(name ?? ''))).toEqual([]);
      }
    });

    it.each(BODIES)('named in a body is as if it were not there: %s', async (_what, path, body) => {
      for (const role of LIMITED_ROLES) {
        const [theirs, nothing] = [
          await ask(role, 'POST', path, body(foreign)),
          await ask(role, 'POST', path, body(NOTHING)),
        ];
        expect([role, theirs]).toEqual([role, nothing]);
        expect([role, theirs]).toEqual([role, expect.stringMatching(/^4(00|03|04|09|22) /)]);
      }
    });

    it('is what the administrator of everything sees', async () => {
      for (const route of named.filter((route) => route.startsWith('GET ') && !route.includes('events'))) {
        const path = pathWith(route, { ...foreign, package: route.includes('uploads') ? 'large' : 'published' });
        if (path.includes(NOBODY) || route.includes('/executions/')) continue;
        const response = await world.api.raw('GET', path);
        await response.body?.cancel();
        expect([route, response.status]).toEqual([route, 200]);
      }
    });
  });
}
