import { readFileSync } from 'node:fs';
import { ROLE_PERMISSIONS, ROLES, ROUTE_ACCESS, RPC_ACCESS, type Role, type RpcPattern } from '@waybill/contracts';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';

let world: GatewayWorld;
const tokens = new Map<Role, string>();
beforeAll(async () => {
  world = await GatewayWorld.start();
  for (const role of ROLES) tokens.set(role, await world.loginAs([{ role }]));
  // Every service answers something: what is looked at is who gets that far.
  for (const pattern of Object.keys(RPC_ACCESS) as RpcPattern[])
    world.behind.answers.set(pattern, () => ({ items: [], nextCursor: null, waves: [], targets: {}, position: '1' }));
}, 120_000);
afterAll(() => world?.stop());

const { paths } = JSON.parse(readFileSync('services/gateway/openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, object>>;
};
const ROUTES = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
);

const withValues = (path: string) =>
  path.replaceAll(/\{(id|computerId)\}/g, '0199aaaa-0000-7000-8000-000000000001').replaceAll(/\{\w+\}/g, 'x');

/** The status and code of the answer's head; a stream is left as soon as it begins. */
async function ask(token: string, method: string, path: string): Promise<{ status: number; code: unknown }> {
  const leave = new AbortController();
  const response = await fetch(`${world.url}/api/v1${withValues(path)}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    signal: leave.signal,
  });
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const code = isProblem ? ((await response.json()) as { code: unknown }).code : undefined;
  leave.abort();
  return { status: response.status, code };
}

describe('every route of openapi.json', () => {
  it('is in the table of routes, and nothing else is', () => {
    expect(Object.keys(ROUTE_ACCESS).sort()).toEqual([...ROUTES].sort());
  });

  it.each(ROUTES.filter((route) => ROUTE_ACCESS[route] !== 'public' && route !== 'DELETE /session'))(
    '%s lets in the roles that have its permission, and no other',
    async (route) => {
      const access = ROUTE_ACCESS[route]!;
      const [method, path] = route.split(' ') as [string, string];
      for (const role of ROLES) {
        const before = world.behind.actors.length;
        const { status, code } = await ask(tokens.get(role)!, method, path);
        if (access === 'own' || ROLE_PERMISSIONS[role].includes(access as never)) {
          expect([role, code]).not.toEqual([role, 'permission.required']);
        } else {
          expect([role, status, code]).toEqual([role, 403, 'permission.required']);
          // a stream that another role was let into may still ask
          const asked = world.behind.actors.slice(before).filter((actor) => actor?.grants[0]?.role === role);
          expect(asked).toEqual([]);
        }
      }
    },
  );

  it('asks the services in the name of who called it', async () => {
    await ask(tokens.get('viewer')!, 'GET', '/packages');
    expect(world.behind.actors.at(-1)).toMatchObject({ kind: 'user', grants: [{ role: 'viewer' }] });
  });
});
