import { readFileSync } from 'node:fs';
import { type Actor, FLEET_RPC, JOB_RPC, PACKAGE_RPC, RESULT_RPC, WaybillError } from '@waybill/contracts';
import { ActorSigner, BrokerConnection, RpcClient, vhostName } from '@waybill/messaging';
import { setTimeout as delay } from 'node:timers/promises';
import type { E2eStack } from './e2e-stack.ts';

/** What a caller heard: `answered`, or the HTTP status or error kind of the refusal. */
export type Answer = number | string;

const ADMINISTRATOR: Actor = {
  kind: 'user',
  id: 'admin',
  name: 'admin',
  grants: [{ role: 'administrator' }],
  requestId: null,
  address: null,
};

/** Callers of every service, each asking again as soon as it was answered, over rpc and over HTTP. */
export class Callers {
  readonly heard = new Map<string, Set<Answer>>();
  private readonly stopping = new AbortController();
  private readonly connection: BrokerConnection;
  private readonly rpc: RpcClient;
  private readonly loops: Promise<void>[];

  constructor({ api, services, servers }: Pick<E2eStack, 'api' | 'services' | 'servers'>) {
    const vhost = vhostName('services', services.settings.vhostPrefix);
    this.connection = new BrokerConnection({ url: servers.addresses.brokerUrl, vhost, name: 'e2e-callers' }).start();
    const signer = new ActorSigner(() => readFileSync(services.settings.actorKeyFile, 'utf8'));
    this.rpc = new RpcClient(this.connection, { signer, actor: () => ADMINISTRATOR });
    const http = (path: string) => async () => {
      const { ok, status } = await api.raw('GET', path);
      return ok ? 'answered' : status;
    };
    const questions: Record<string, () => Promise<Answer>> = {
      package: () => this.ask(() => this.rpc.call(PACKAGE_RPC.list, {})),
      fleet: () => this.ask(() => this.rpc.call(FLEET_RPC.groupList, {})),
      'job-scheduler': () => this.ask(() => this.rpc.call(JOB_RPC.list, {})),
      result: () => this.ask(() => this.rpc.call(RESULT_RPC.anomalies, {})),
      'gateway about itself': http('/api-tokens'),
      'gateway about jobs': http('/jobs'),
    };
    this.loops = Object.entries(questions).map(([who, ask]) => this.askOn(who, ask));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.loops);
    await this.rpc.close();
    await this.connection.close();
  }

  private async askOn(who: string, ask: () => Promise<Answer>): Promise<void> {
    const heard = new Set<Answer>();
    this.heard.set(who, heard);
    while (!this.stopping.signal.aborted) {
      heard.add(await ask());
      await delay(10);
    }
  }

  private async ask(call: () => Promise<unknown>): Promise<Answer> {
    return call().then(
      () => 'answered',
      (error: unknown) => (error instanceof WaybillError ? error.kind : String(error)),
    );
  }
}
