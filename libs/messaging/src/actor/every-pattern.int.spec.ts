import { randomUUID } from 'node:crypto';
import { Controller, type Type } from '@nestjs/common';
import {
  type Actor,
  EXCHANGES,
  FLEET_RPC,
  PageQuery,
  PERMISSIONS,
  REPLY_QUEUE_PREFIX,
  ROLE_PERMISSIONS,
  ROLES,
  RPC_ACCESS,
  type RpcPattern,
  rpcQueue,
  type ServiceName,
} from '@waybill/contracts';
import type { Channel } from 'amqplib';
import { base64url, SignJWT } from 'jose';
import { parseJson } from '../server/incoming-message.js';
import { RpcHandler } from '../server/decorators.js';
import { rpcOwner } from '../rpc/rpc-owner.js';
import { ACTOR_PEM, ADMINISTRATOR, pemPair } from '../specs/test-actor.spec.js';
import { TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { actorPrivateKey, keyIdOf } from './actor-keys.js';
import { ActorSigner } from './actor-signer.js';
import { ACTOR_HEADER, ACTOR_TOKEN_TYPE, bodyDigest } from './actor-token.js';
import { currentActor } from './current-actor.js';

const PATTERNS = Object.keys(RPC_ACCESS) as RpcPattern[];
const SERVICES: ServiceName[] = ['gateway', 'package', 'fleet', 'job-scheduler', 'result'];
const EMPTY = Buffer.from('{}');

/** Handlers that were reached, with the actor that they saw. */
const reached: { pattern: string; actor: Actor | null }[] = [];

/** A handler for every pattern of a service: only the way to it is looked at here. */
function handlersOf(service: ServiceName): Type {
  @Controller()
  class Handlers {}
  for (const pattern of PATTERNS.filter((candidate) => rpcOwner(candidate) === service)) {
    const descriptor = {
      value: () => (reached.push({ pattern, actor: currentActor() }), {}),
      writable: true,
      configurable: true,
    };
    Object.defineProperty(Handlers.prototype, pattern, descriptor);
    RpcHandler(pattern, PageQuery)(Handlers.prototype, pattern, descriptor);
    Object.defineProperty(Handlers.prototype, pattern, descriptor);
  }
  return Handlers;
}

let broker: TestBroker;
let signer: ActorSigner;
const channels = new Map<string, Channel>();
const replyQueues = new Map<string, string>();
const replies = new Map<string, (code: string) => void>();

async function channelOf(name: string, url?: string): Promise<Channel> {
  const channel = await (await broker.connection('services', name, url).ready(10_000)).createChannel();
  const queue = REPLY_QUEUE_PREFIX + name + randomUUID();
  await channel.assertQueue(queue, { exclusive: true, arguments: { 'x-queue-type': 'classic' } });
  await channel.bindQueue(queue, EXCHANGES.replies, queue);
  replyQueues.set(name, queue);
  await channel.consume(
    queue,
    (message) => {
      const reply = parseJson(message!.content) as { ok: boolean; error?: { code: string } };
      replies.get(String(message!.properties.correlationId))?.(reply.ok ? 'answered' : reply.error!.code);
    },
    { noAck: true },
  );
  channels.set(name, channel);
  return channel;
}

/** Puts a request on the bus by hand, as whoever has the password of a broker account can; answers `answered` or the problem's code. */
async function send(
  pattern: RpcPattern,
  {
    account = 'administrator',
    token,
    content = EMPTY,
    userId,
  }: {
    account?: string;
    token?: unknown;
    content?: Buffer;
    userId?: string;
  },
): Promise<string> {
  const id = randomUUID();
  const answer = new Promise<string>((resolve) => replies.set(id, resolve));
  channels.get(account)!.publish(EXCHANGES.rpc, rpcQueue(rpcOwner(pattern)), content, {
    type: pattern,
    messageId: id,
    correlationId: id,
    replyTo: replyQueues.get(account)!,
    ...(userId === undefined ? {} : { userId }),
    headers: token === undefined ? {} : { [ACTOR_HEADER]: token },
  });
  return answer;
}

const withRole = (role: Actor['grants'][number]['role']): Actor => ({ ...ADMINISTRATOR, grants: [{ role }] });

beforeAll(async () => {
  broker = await TestBroker.start();
  signer = new ActorSigner(() => ACTOR_PEM.privateKey);
  for (const service of SERVICES.slice(1)) await startService(broker, [handlersOf(service)], { service });
  await channelOf('administrator');
  for (const service of SERVICES) await channelOf(service, await broker.account(service));
}, 120_000);
afterAll(() => broker?.stop());
beforeEach(() => reached.splice(0));

describe('every request between services', () => {
  it.each(PATTERNS)(
    '%s without an actor does nothing, whoever sends it, but for the services of the table',
    async (pattern) => {
      const { services = [] } = RPC_ACCESS[pattern];
      for (const service of SERVICES) {
        const userId = `${broker.prefix}${service}`;
        const expected = services.includes(service) ? 'answered' : 'actor.required';
        expect([service, await send(pattern, { account: service, userId })]).toEqual([service, expected]);
        expect([service, await send(pattern, { account: service })]).toEqual([service, 'actor.required']);
      }
      expect(await send(pattern, {})).toBe('actor.required');
      expect(reached.map(({ actor }) => actor?.id)).toEqual(services);
    },
  );

  it.each(PATTERNS)('%s is answered for the roles that have its permission, and no other', async (pattern) => {
    const { permission } = RPC_ACCESS[pattern];
    const allowed = ROLES.filter((role) => permission && ROLE_PERMISSIONS[role].includes(permission));
    for (const role of ROLES) {
      const token = await signer.sign(withRole(role), pattern, EMPTY);
      const expected = allowed.includes(role) ? 'answered' : 'permission.required';
      expect([role, await send(pattern, { token })]).toEqual([role, expected]);
    }
    expect(reached.map(({ actor }) => actor?.grants[0]?.role)).toEqual(allowed);
  });

  it('of a token with scopes is answered within them only', async () => {
    const actor: Actor = { ...ADMINISTRATOR, kind: 'apiToken', scopes: ['packages.read'] };
    for (const pattern of PATTERNS) {
      const expected = RPC_ACCESS[pattern].permission === 'packages.read' ? 'answered' : 'permission.required';
      expect([pattern, await send(pattern, { token: await signer.sign(actor, pattern, EMPTY) })]).toEqual([
        pattern,
        expected,
      ]);
    }
  });

  it('of nobody with a role is refused', async () => {
    const token = await signer.sign({ ...ADMINISTRATOR, grants: [] }, FLEET_RPC.groupList, EMPTY);
    expect(await send(FLEET_RPC.groupList, { token })).toBe('permission.required');
  });

  it('an administrator has every permission, and every permission is somebody’s besides', () => {
    expect(ROLE_PERMISSIONS.administrator).toEqual(PERMISSIONS);
  });
});

describe('a proof of who asks that is not good for this request does nothing', () => {
  const pattern = FLEET_RPC.groupRemove;
  const content = Buffer.from('{"limit":5}');
  const now = () => Math.floor(Date.now() / 1000);
  const claims = { rpc: pattern, body: bodyDigest(content), actor: ADMINISTRATOR };
  const key = actorPrivateKey(ACTOR_PEM.privateKey);
  const kid = keyIdOf(key);
  const jwt = (header: object, payload: object = claims, iat = now(), seconds = 60) =>
    new SignJWT({ ...payload })
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: ACTOR_TOKEN_TYPE, ...header })
      .setIssuedAt(iat)
      .setExpirationTime(iat + seconds)
      .sign(key);
  const encode = (value: object) => base64url.encode(JSON.stringify(value));
  const good = () => signer.sign(ADMINISTRATOR, pattern, content);

  it('a good one does', async () => {
    expect(await send(pattern, { token: await good(), content })).toBe('answered');
    expect(reached).toEqual([{ pattern, actor: ADMINISTRATOR }]);
  });

  it.each<[string, () => unknown]>([
    [
      'forged with another key',
      () => new ActorSigner(() => pemPair().privateKey).sign(ADMINISTRATOR, pattern, content),
    ],
    [
      'forged with another key under our key id',
      () =>
        new SignJWT({ ...claims })
          .setProtectedHeader({ alg: 'EdDSA', kid, typ: ACTOR_TOKEN_TYPE })
          .setIssuedAt()
          .setExpirationTime('1m')
          .sign(actorPrivateKey(pemPair().privateKey)),
    ],
    ['expired', () => signer.sign(ADMINISTRATOR, pattern, content, now() - 75)],
    ['not yet valid', () => signer.sign(ADMINISTRATOR, pattern, content, now() + 75)],
    ['longer valid than any may be', () => jwt({}, claims, now() - 75, 3_600)],
    ['for another body', () => signer.sign(ADMINISTRATOR, pattern, Buffer.from('{"limit":6}'))],
    ['for another pattern', () => signer.sign(ADMINISTRATOR, FLEET_RPC.groupGet, content)],
    ['of another type', () => jwt({ typ: 'JWT' })],
    ['without a key id', () => jwt({ kid: undefined })],
    ['with an unknown key id', () => jwt({ kid: 'other' })],
    [
      'unsigned (alg none)',
      () => `${encode({ alg: 'none', typ: ACTOR_TOKEN_TYPE })}.${encode({ ...claims, iat: now(), exp: now() + 60 })}.`,
    ],
    [
      'signed with the public key as a shared secret (algorithm swap)',
      () =>
        new SignJWT({ ...claims })
          .setProtectedHeader({ alg: 'HS256', kid, typ: ACTOR_TOKEN_TYPE })
          .setIssuedAt()
          .setExpirationTime('1m')
          .sign(Buffer.from(ACTOR_PEM.publicKey)),
    ],
    ['truncated', async () => (await good()).slice(0, -10)],
    [
      'with an actor put in place of the signed one',
      async () => {
        const [header, , signature] = (await good()).split('.');
        return `${header}.${encode({ ...claims, actor: { ...ADMINISTRATOR, name: 'root' }, iat: now(), exp: now() + 60 })}.${signature}`;
      },
    ],
    ['huge', async () => `${await good()}${'A'.repeat(60_000)}`],
    ['a number', () => 7],
    ['empty', () => ''],
  ])('%s', async (_what, token) => {
    expect(await send(pattern, { token: await token(), content })).toBe('actor.invalid');
    expect(reached).toEqual([]);
  });

  it('nor does a service’s own account help with it', async () => {
    const userId = `${broker.prefix}job-scheduler`;
    expect(await send(FLEET_RPC.groupGet, { token: 'x.y.z', account: 'job-scheduler', userId })).toBe('actor.invalid');
    expect(reached).toEqual([]);
  });

  it('the broker lets nobody claim another’s account', async () => {
    const closed = new Promise<string>((resolve) =>
      channels.get('package')!.once('error', ({ message }) => resolve(message)),
    );
    void send(FLEET_RPC.groupGet, { account: 'package', userId: `${broker.prefix}job-scheduler` });
    expect(await closed).toMatch(/user_id property set to/);
    expect(reached).toEqual([]);
  });
});
