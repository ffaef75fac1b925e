import { type Actor, RPC_ACCESS, type RpcContract, type RpcPattern, type ServiceName } from '@waybill/contracts';
import { ActorSigner, BrokerConnection, currentActor, RpcClient, runAs } from '@waybill/messaging';
import { managementCall } from '../servers/management-call.js';
import { testServers } from '../servers/test-servers.js';
import type { TestVhosts } from '../servers/test-vhosts.js';
import { ACTOR_KEYS } from './actor-keys.js';
import { specActor } from './spec-actor.js';

interface CallOptions {
  timeoutMs?: number;
}

/**
 * Asks services as the gateway does, for an administrator unless told otherwise; what only services may ask it asks from the
 * account of one of them.
 */
export class SpecCaller {
  private readonly clients = new Map<ServiceName | 'gateway', Promise<RpcClient>>();
  private readonly ends: (() => Promise<unknown>)[] = [];

  constructor(private readonly vhosts: Pick<TestVhosts, 'prefix' | 'services'>) {}

  call<P extends RpcPattern>(
    pattern: P,
    request: RpcContract[P]['request'],
    options: CallOptions = {},
  ): Promise<RpcContract[P]['response']> {
    return this.as(specActor(), pattern, request, options);
  }

  /** For an actor, where the pattern is not for services alone. */
  async as<P extends RpcPattern>(
    actor: Actor,
    pattern: P,
    request: RpcContract[P]['request'],
    options: CallOptions = {},
  ): Promise<RpcContract[P]['response']> {
    const { permission, services = [] } = RPC_ACCESS[pattern];
    const client = await this.client(permission ? 'gateway' : services[0]!);
    return runAs(actor, () => client.call(pattern, request, options));
  }

  /** In the name of a service, without an actor. */
  async asService<P extends RpcPattern>(
    service: ServiceName,
    pattern: P,
    request: RpcContract[P]['request'],
    options: CallOptions = {},
  ): Promise<RpcContract[P]['response']> {
    return (await this.client(service, false)).call(pattern, request, options);
  }

  async close(): Promise<void> {
    for (const end of this.ends.reverse()) await end();
  }

  private client(service: ServiceName, signs = service === 'gateway'): Promise<RpcClient> {
    const known = this.clients.get(service);
    if (known) return known;
    const made = this.connect(service, signs);
    this.clients.set(service, made);
    return made;
  }

  private async connect(service: ServiceName, signs: boolean): Promise<RpcClient> {
    const { prefix, services } = this.vhosts;
    const user = prefix + service;
    await managementCall('PUT', `/users/${user}`, { password: user, tags: '' });
    await managementCall('PUT', `/permissions/${encodeURIComponent(services)}/${user}`, {
      configure: '^reply\\..*',
      write: '.*',
      read: '.*',
    });
    const url = new URL(testServers().brokerUrl);
    [url.username, url.password] = [user, user];
    const connection = new BrokerConnection({ url: url.href, vhost: services, name: `spec-${service}` }).start();
    const client = new RpcClient(connection, {
      ...(signs ? { signer: new ActorSigner(() => ACTOR_KEYS.actorKey) } : {}),
      actor: currentActor,
    });
    this.ends.push(
      () => managementCall('DELETE', `/users/${user}`),
      () => connection.close(),
      () => client.close(),
    );
    return client;
  }
}
