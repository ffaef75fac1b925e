import { randomUUID } from 'node:crypto';
import { Controller } from '@nestjs/common';
import {
  ComputerRef,
  type ComputerView,
  conflict,
  EXCHANGES,
  FLEET_RPC,
  GroupRef,
  type GroupView,
  PACKAGE_RPC,
  rpcQueue,
} from '@waybill/contracts';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { RpcHandler } from '../server/decorators.js';
import type { MessageContext } from '../server/message-context.js';
import { ActorSigner } from '../actor/actor-signer.js';
import { ACTOR_HEADER } from '../actor/actor-token.js';
import { ACTOR_PEM, ADMINISTRATOR, gatewayClient } from '../specs/test-actor.spec.js';
import type { RpcClient } from './rpc-client.js';

const SLOW = 'slow';
const calls: string[] = [];
/** opens when the slow handlers may answer */
let gate = Promise.withResolvers<void>();

@Controller()
class FleetController {
  @RpcHandler(FLEET_RPC.computerGet, ComputerRef)
  get({ id }: ComputerRef): Partial<ComputerView> {
    return { id, name: 'pc-1' };
  }

  @RpcHandler(FLEET_RPC.groupGet, GroupRef)
  async group({ name }: GroupRef, { deadline }: MessageContext): Promise<Partial<GroupView>> {
    calls.push(name);
    if (name === 'taken') throw conflict('group.exists', 'The name is taken: choose another one.');
    if (name === 'bug') throw new TypeError('secret detail');
    if (name === SLOW) await gate.promise;
    return { name, members: deadline! - Date.now() };
  }
}

describe('rpc', () => {
  let broker: TestBroker;
  let client: RpcClient;
  const clientName = `rpc-client-${randomUUID()}`;

  beforeAll(async () => {
    broker = await TestBroker.start();
    await startService(broker, [FleetController], { service: 'fleet' });
    client = gatewayClient(broker.connection('services', clientName));
  });
  afterAll(async () => {
    await client.close();
    await broker.stop();
  });

  it('answers many requests at the same time, each to its caller', async () => {
    const ids = Array.from({ length: 200 }, () => randomUUID());
    const answers = await Promise.all(
      ids.map((id) => client.call(FLEET_RPC.computerGet, { id }, { timeoutMs: 30_000 })),
    );
    expect(answers.map(({ id }) => id)).toEqual(ids);
  });

  it('tells the handler the deadline', async () => {
    const { members } = await client.call(FLEET_RPC.groupGet, { name: 'accounting' }, { timeoutMs: 60_000 });
    expect(members).toBeGreaterThan(30_000);
    expect(members).toBeLessThanOrEqual(60_000);
  });

  it("carries a service's own error unchanged", async () => {
    await expect(client.call(FLEET_RPC.groupGet, { name: 'taken' })).rejects.toMatchObject({
      name: 'WaybillError',
      kind: 'conflict',
      code: 'group.exists',
      detail: 'The name is taken: choose another one.',
    });
  });

  it('hides a bug behind a sentence without its detail', async () => {
    const error = await client.call(FLEET_RPC.groupGet, { name: 'bug' }).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ kind: 'internal', code: 'internal' });
    expect(JSON.stringify(error)).not.toContain('secret detail');
  });

  it('refuses a request with wrong and unknown fields, and names them', async () => {
    const request = { id: 'not-a-uuid', colour: 'red' } as ComputerRef;
    await expect(client.call(FLEET_RPC.computerGet, request)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'request.invalid',
      errors: expect.arrayContaining([
        expect.objectContaining({ pointer: '/id' }),
        expect.objectContaining({ pointer: '/colour' }),
      ]),
    });
  });

  it('refuses a pattern that the service does not answer', async () => {
    await expect(client.call(FLEET_RPC.groupList, {})).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'rpc.unknownPattern',
    });
  });

  it('gives up at the deadline, drops the late answer, and goes on', async () => {
    const before = calls.length;
    // nobody answers it before it rejects
    await expect(client.call(FLEET_RPC.groupGet, { name: SLOW }, { timeoutMs: 2_000 })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'rpc.timeout',
    });
    const next = client.call(FLEET_RPC.groupGet, { name: SLOW }, { timeoutMs: 60_000 });
    await eventually(() => expect(calls).toHaveLength(before + 2));
    // the late answer arrives while the next one is under way
    gate.resolve();
    await expect(next).resolves.toMatchObject({ name: SLOW });
  });

  it('nobody listening: the request times out and is not carried out later', async () => {
    await expect(client.call(PACKAGE_RPC.get, { name: 'nobody' }, { timeoutMs: 150 })).rejects.toMatchObject({
      code: 'rpc.timeout',
    });
    const channel = await (await broker.model('services')).createChannel();
    await eventually(async () =>
      expect(await channel.checkQueue(rpcQueue('package'))).toMatchObject({ messageCount: 0 }),
    );
  });

  it('a request whose deadline has passed is skipped by the service', async () => {
    const channel = await (await broker.model('services')).createChannel();
    const signer = new ActorSigner(() => ACTOR_PEM.privateKey);
    const publish = async (name: string, deadline: number) => {
      const content = Buffer.from(JSON.stringify({ name }));
      const actor = await signer.sign(ADMINISTRATOR, FLEET_RPC.groupGet, content);
      channel.publish(EXCHANGES.rpc, rpcQueue('fleet'), content, {
        type: FLEET_RPC.groupGet,
        replyTo: 'nobody',
        headers: { 'x-waybill-deadline': deadline, [ACTOR_HEADER]: actor },
      });
    };
    await publish('too-late', Date.now() - 1);
    await publish('in-time', Date.now() + 60_000);
    await eventually(() => expect(calls).toContain('in-time'));
    expect(calls).not.toContain('too-late');
  });

  it('calls under way reject at once when the connection is lost; later calls work', async () => {
    await eventually(async () =>
      expect(await broker.management.request('GET', ['connections'])).toEqual(
        expect.arrayContaining([expect.objectContaining({ user_provided_name: clientName })]),
      ),
    );
    gate = Promise.withResolvers<void>();
    const before = calls.length;
    const began = Date.now();
    const pending = client.call(FLEET_RPC.groupGet, { name: SLOW }, { timeoutMs: 100_000 });
    const outcome = expect(pending).rejects.toMatchObject({ kind: 'unavailable', code: 'rpc.unavailable' });
    await eventually(() => expect(calls).toHaveLength(before + 1));
    expect(await broker.forceClose(clientName)).toBe(1);
    await outcome;
    expect(Date.now() - began).toBeLessThan(50_000);
    gate.resolve();
    const after = client.call(FLEET_RPC.groupGet, { name: 'after' }, { timeoutMs: 30_000 });
    await expect(after).resolves.toMatchObject({ name: 'after' });
  });

  it('a service without a queue is unavailable at once', async () => {
    const channel = await (await broker.model('services')).createChannel();
    await channel.deleteQueue(rpcQueue('package'));
    const began = Date.now();
    await expect(client.call(PACKAGE_RPC.get, { name: 'x' }, { timeoutMs: 60_000 })).rejects.toMatchObject({
      code: 'rpc.unavailable',
    });
    expect(Date.now() - began).toBeLessThan(30_000);
  });
});
