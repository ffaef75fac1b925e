import { randomUUID } from 'node:crypto';
import type { ChannelModel } from 'amqplib';
import { inboxStream, type ServiceName } from '@waybill/contracts';
import { BrokerConnection } from '../client/broker-connection.js';
import { Publisher } from '../client/publisher.js';
import type { VhostRole } from '../server/handler-extras.js';
import { applyAccount } from '../topology/apply-accounts.js';
import { applyTopology } from '../topology/apply-topology.js';
import { BROKER_ACCOUNTS } from '../topology/broker-accounts.js';
import { ManagementApi } from '../topology/management-api.js';
import type { RetryPolicy } from '../topology/policies.js';
import { TOPOLOGY, vhostName } from '../topology/topology.js';

/** Fast enough for specs, in the same proportion as production. */
export const SPEC_RETRY: RetryPolicy = { deliveryLimit: 20, minDelayMs: 100, maxDelayMs: 300 };

/** Own virtual hosts on the shared broker, with the whole topology. */
export class TestBroker {
  readonly prefix = `t-${randomUUID().slice(0, 8)}.`;
  readonly url = required('WAYBILL_TEST_BROKER_URL');
  readonly managementUrl = required('WAYBILL_TEST_BROKER_MANAGEMENT_URL');
  readonly management = new ManagementApi(this.managementUrl);
  private readonly cleanups: (() => Promise<unknown>)[] = [];

  private constructor(
    private readonly retry: RetryPolicy,
    private readonly shards: readonly number[],
  ) {}

  /** @param shards inbox shards that the spec uses; all 64 would only cost time */
  static async start({
    retry = SPEC_RETRY,
    shards = [],
  }: { retry?: RetryPolicy; shards?: number[] } = {}): Promise<TestBroker> {
    const broker = new TestBroker(retry, shards);
    await broker.apply();
    await broker.addImpersonator();
    return broker;
  }

  /** Declares what is missing. */
  async apply(): Promise<void> {
    await applyTopology({
      brokerUrl: this.url,
      managementUrl: this.managementUrl,
      vhostPrefix: this.prefix,
      retry: this.retry,
      topology: TOPOLOGY.map((topology) => ({
        ...topology,
        queues: topology.queues.filter(({ name }) => this.wants(name)),
        bindings: topology.bindings.filter(({ queue }) => this.wants(queue)),
      })),
    });
  }

  private get impersonator(): string {
    const url = new URL(this.url);
    [url.username, url.password] = [`${this.prefix}anybody`, this.prefix];
    return url.href.replace(/\/$/, '');
  }

  private async addImpersonator(): Promise<void> {
    const user = `${this.prefix}anybody`;
    await this.management.request('PUT', ['users', user], { password: this.prefix, tags: 'impersonator' });
    this.atEnd(() => this.management.request('DELETE', ['users', user]));
    await this.permitEverything(user);
  }

  private async permitEverything(user: string): Promise<void> {
    const rights = { configure: '.*', write: '.*', read: '.*' };
    for (const role of ['services', 'agents'] as const)
      await this.management.request('PUT', ['permissions', this.vhost(role), user], rights);
  }

  private wants(queue: string): boolean {
    return !queue.startsWith('cmd.i.') || this.shards.some((shard) => queue === inboxStream(shard));
  }

  vhost(role: VhostRole): string {
    return vhostName(role, this.prefix);
  }

  /**
   * A connection that is closed at the end; `name` shows in the management.
   * @param url another account’s; the default may do everything and claim to be anybody
   */
  connection(role: VhostRole, name: string = randomUUID(), url: string = this.impersonator): BrokerConnection {
    const backOff = { baseMs: 20, maxMs: 200 };
    const connection = new BrokerConnection({ url, vhost: this.vhost(role), name, backOff });
    this.atEnd(() => connection.close());
    return connection.start();
  }

  publisher(role: VhostRole, name?: string): Publisher {
    return new Publisher({ connection: this.connection(role, name) });
  }

  /**
   * Creates a service's account for this spec alone, with the rights of production; answers the broker's address for it.
   * @param everything for a spec whose one process plays several services: it may use any queue and exchange
   */
  async account(service: ServiceName, { everything = false } = {}): Promise<string> {
    const account = BROKER_ACCOUNTS.find((candidate) => candidate.service === service)!;
    const user = `${this.prefix}${service}`;
    const password = randomUUID();
    await applyAccount(this.management, this.prefix, account, { user, password });
    this.atEnd(() => this.management.request('DELETE', ['users', user]));
    if (everything) await this.permitEverything(user);
    const url = new URL(this.url);
    url.username = user;
    url.password = password;
    return url.href;
  }

  /** An administrator's connection for looking at queues. */
  model(role: VhostRole): Promise<ChannelModel> {
    return this.connection(role).ready(30_000);
  }

  atEnd(cleanup: () => Promise<unknown>): void {
    this.cleanups.push(cleanup);
  }

  /** Ends the connections of a name by force, as an operator would. */
  async forceClose(name: string): Promise<number> {
    const ours = await this.connectionsOf(name);
    for (const connection of ours) await this.management.request('DELETE', ['connections', connection]);
    return ours.length;
  }

  /** The broker's names of this spec's connections that call themselves so; other specs share the broker. Its management learns of new ones late. */
  async connectionsOf(name: string): Promise<string[]> {
    const all = (await this.management.request('GET', ['connections'])) as {
      name: string;
      vhost?: string;
      user_provided_name?: string;
    }[];
    const ours = all.filter(
      ({ vhost, user_provided_name: called }) => called === name && vhost?.startsWith(this.prefix),
    );
    return ours.map((connection) => connection.name);
  }

  async stop(): Promise<void> {
    for (const cleanup of this.cleanups.reverse()) await cleanup();
    for (const role of ['services', 'agents'] as const)
      await this.management.request('DELETE', ['vhosts', this.vhost(role)]);
  }
}

export function required(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: start the specs with "npm test", or take the variables of a running stack`);
  return value;
}

/** Repeats until it does not throw; the last failure is the spec's. */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 30_000): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() >= until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
