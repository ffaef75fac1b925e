import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';
import { ConfiguredAdministrator } from './configured-administrator.js';
import { CredentialsRepository } from './credentials.repository.js';
import type { GatewayConfig } from '../gateway.config.js';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start();
}, 120_000);
afterAll(() => world?.stop());

const startedWith = (adminPassword: string) =>
  new ConfiguredAdministrator(
    { adminPassword } as GatewayConfig,
    world.get(UnitOfWork),
    world.get(AuditLog),
    world.get(CredentialsRepository),
  ).onApplicationBootstrap();
const status = async (token: string) => (await world.call(token, 'GET', '/session')).status;
const login = async (password: string) =>
  (await world.call(null, 'POST', '/session', { username: 'admin', password })).status;
const changes = async () =>
  world.sql.query<{ details: object }[]>(
    `SELECT entry::jsonb->'details' AS details FROM gateway_audit.entries WHERE action = 'account.passwordChanged' ORDER BY seq`,
  );

describe('the first administrator', () => {
  it('keeps sessions and tokens over a restart with the same password', async () => {
    const session = await world.login();
    await startedWith(world.password);
    expect(await status(session)).toBe(200);
    expect(await changes()).toEqual([]);
  });

  it('loses them when the configured password is another, also where replicas with the old one still run', async () => {
    const session = await world.login();
    const { secret } = (await world.call(session, 'POST', '/api-tokens', { name: 'x' })).body as { secret: string };
    const other = await world.loginAs([{ role: 'viewer' }]);
    // two replicas start at once
    await Promise.all([startedWith('a password of tomorrow'), startedWith('a password of tomorrow')]);
    expect([await status(session), await status(secret), await status(other)]).toEqual([401, 401, 200]);
    expect([await login(world.password), await login('a password of tomorrow')]).toEqual([401, 201]);
    const [change, ...more] = await changes();
    expect(change!.details).toMatchObject({ endedApiTokens: 1, endedSessions: expect.any(Number) });
    expect(more).toEqual([]);
  });
});
