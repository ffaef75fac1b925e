import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Controller } from '@nestjs/common';
import { FLEET_RPC, GroupRef, type GroupView, type WaybillError } from '@waybill/contracts';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { TcpProxy } from '../specs/tcp-proxy.spec.js';
import { eventually, required, TestBroker } from '../specs/test-broker.spec.js';
import { TestDatabase } from '../specs/test-database.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { RpcHandler } from '../server/decorators.js';
import { gatewayClient } from '../specs/test-actor.spec.js';
import type { RpcClient } from './rpc-client.js';

const SLOW = 'slow';
const BUG = 'bug';
const ROLE = 'rpc_database_away';
const UNAVAILABLE = { kind: 'unavailable', code: 'unavailable' };

let dataSource: DataSource;
let probed: () => Promise<void>;

@Controller()
class FleetController {
  @RpcHandler(FLEET_RPC.groupGet, GroupRef)
  async group({ name }: GroupRef): Promise<Partial<GroupView>> {
    if (name === BUG) throw new TypeError('secret detail');
    await dataSource.query(name === SLOW ? 'SELECT pg_sleep(60)' : 'SELECT 1');
    return { name };
  }
}

/** Each form is told by its error alone: the probe answers "all is well", as it does when the database has just come back. */
describe('rpc: the database is away', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  let proxy: TcpProxy;
  let client: RpcClient;
  /** an administrator's, not in the database that the spec closes */
  let admin: pg.Pool;

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.start(), TestDatabase.start()]);
    admin = new pg.Pool({ connectionString: required('WAYBILL_TEST_POSTGRES_URL') });
    await startService(broker, [FleetController], { service: 'fleet', probe: () => probed() });
    client = gatewayClient(broker.connection('services'));
    // superusers are let in over every limit
    await admin.query(`DROP ROLE IF EXISTS ${ROLE}; CREATE ROLE ${ROLE} LOGIN PASSWORD 'spec'`);
  });
  afterAll(async () => {
    await client.close();
    await broker.stop();
    await admin.query(`DROP ROLE ${ROLE}`);
    await admin.end();
    await database.stop();
  });

  beforeEach(async () => {
    probed = async () => undefined;
    const { hostname, port } = new URL(database.url);
    proxy = new TcpProxy({ host: hostname, port: Number(port) });
    await proxy.restore();
    const url = new URL(proxy.replaceIn(database.url));
    url.username = ROLE;
    url.password = 'spec';
    const extra = { connectionTimeoutMillis: 2_000 };
    dataSource = new DataSource({ type: 'postgres', url: url.href, poolSize: 1, extra });
    await eventually(() => dataSource.initialize());
    await wellAgain();
  });
  afterEach(async () => {
    await proxy.cut();
    // one case has ended the pool already
    await dataSource.destroy().catch(() => undefined);
  });

  const ask = (name: string): Promise<unknown> =>
    client.call(FLEET_RPC.groupGet, { name }, { timeoutMs: 30_000 }).then(
      () => 'answered',
      ({ kind, code }: WaybillError) => ({ kind, code }),
    );

  /** The pool may find once more that a connection is broken. */
  const wellAgain = () => eventually(async () => expect(await ask('now')).toBe('answered'), 30_000);

  const name = () => new URL(database.url).pathname.slice(1);

  const terminate = () =>
    admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [ROLE]);

  /** A request in the middle of its statement. */
  async function askSlowly(): Promise<{ answer: Promise<unknown> }> {
    const answer = ask(SLOW);
    const running = `SELECT 1 FROM pg_stat_activity WHERE usename = $1 AND state = 'active' AND query LIKE '%pg_sleep%'`;
    await eventually(async () => expect((await admin.query(running, [ROLE])).rowCount).toBe(1), 30_000);
    return { answer };
  }

  it('an administrator ends the connection in the middle of a statement (57P01)', async () => {
    const { answer } = await askSlowly();
    await terminate();
    expect(await answer).toEqual(UNAVAILABLE);
    await wellAgain();
  });

  it('the connection is cut in the middle of a statement', async () => {
    const { answer } = await askSlowly();
    await proxy.cut();
    expect(await answer).toEqual(UNAVAILABLE);
    await terminate();
  });

  it('nothing listens at its address (ECONNREFUSED)', async () => {
    await proxy.cut();
    expect([await ask('now'), await ask('now')]).toEqual([UNAVAILABLE, UNAVAILABLE]);
    await proxy.restore();
    await wellAgain();
  });

  it('something listens at its address and says nothing', async () => {
    const { port } = new URL(proxy.replaceIn(database.url));
    await proxy.cut();
    const mute = createServer((socket) => void socket.on('error', () => undefined)).listen(Number(port), '127.0.0.1');
    await once(mute, 'listening');
    expect((mute.address() as AddressInfo).port).toBe(Number(port));
    expect(await ask('now')).toEqual(UNAVAILABLE);
    mute.close();
  });

  it('the pool has no free connection', async () => {
    const { answer } = await askSlowly();
    expect(await ask('now')).toEqual(UNAVAILABLE);
    await terminate();
    await answer;
  });

  it.each([
    ['has no free connection (53300)', 'CONNECTION LIMIT 0', 'CONNECTION LIMIT -1'],
    ['takes no connections (55000)', 'ALLOW_CONNECTIONS false', 'ALLOW_CONNECTIONS true'],
  ])('the server %s', async (_what, shut, open) => {
    await admin.query(`ALTER DATABASE ${name()} ${shut}`);
    try {
      await terminate();
      // the connection that ends may answer once more; nothing but "unavailable" may follow
      const answers: unknown[] = [];
      await eventually(async () => expect(answers[answers.push(await ask('now')) - 1]).not.toBe('answered'), 30_000);
      expect([answers.at(-1), await ask('now'), await ask('now')]).toEqual([UNAVAILABLE, UNAVAILABLE, UNAVAILABLE]);
    } finally {
      await admin.query(`ALTER DATABASE ${name()} ${open}`);
    }
    await wellAgain();
  });

  it('the service is stopping and has closed its pool', async () => {
    await (dataSource.driver as unknown as { master: { end(): Promise<void> } }).master.end();
    expect(await ask('now')).toEqual(UNAVAILABLE);
  });

  it('an error that does not tell by itself, while the database does not answer', async () => {
    expect(await ask(BUG)).toEqual({ kind: 'internal', code: 'internal' });
    probed = () => Promise.reject(new Error('the database did not answer'));
    expect(await ask(BUG)).toEqual(UNAVAILABLE);
  });
});
