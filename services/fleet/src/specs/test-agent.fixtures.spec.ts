import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { type EnrolRequest, reportKey, type SessionResponse, type TokenResponse } from '@waybill/contracts';
import { type Channel, type ChannelModel, connect, type ConsumeMessage } from 'amqplib';
import { SignJWT } from 'jose';

/** What an agent knows of its fleet. */
export interface FleetOfAgent {
  readonly config: { agentBrokerUrl: string };
  readonly vhosts: { agents: string };
  door(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: unknown; headers: Headers }>;
}

/** An Ed25519 key pair with the public half as agents send it. */
export function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey, spki: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url') };
}

/** A computer as its agent appears to fleet and to the broker. */
export class TestAgent {
  readonly keys = keyPair();
  id = '';

  constructor(private readonly world: FleetOfAgent) {}

  get user(): string {
    return `a-${this.id}`;
  }

  async enrol(token: string, change: Partial<EnrolRequest> = {}): Promise<void> {
    const request = { token, publicKey: this.keys.spki, hostname: `pc-${randomUUID().slice(0, 8)}`, ...change };
    const { status, body } = await this.world.door('POST', '/enrol', request);
    if (status !== 200) throw new Error(`enrol answered ${status} ${JSON.stringify(body)}`);
    this.id = (body as { computerId: string }).computerId;
  }

  assertion(claims: object = {}, key = this.keys.privateKey): Promise<string> {
    const seconds = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: this.user,
      sub: this.user,
      aud: 'waybill-fleet',
      jti: randomUUID(),
      exp: seconds + 60,
      ...claims,
    })
      .setProtectedHeader({ alg: 'EdDSA' })
      .sign(key);
  }

  /** What `POST /token` answers to an assertion. */
  exchange(assertion: string) {
    return this.world.door('POST', '/token', {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
  }

  async accessToken(): Promise<string> {
    const { status, body } = await this.exchange(await this.assertion());
    if (status !== 200) throw new Error(`token answered ${status} ${JSON.stringify(body)}`);
    return (body as TokenResponse).access_token;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return this.world.door(method, path, body, { authorization: `Bearer ${await this.accessToken()}`, ...headers });
  }

  async session(): Promise<SessionResponse> {
    return (await this.call('GET', '/session')).body as SessionResponse;
  }

  async connect(password?: string): Promise<AgentConnection> {
    const token = password ?? (await this.accessToken());
    const { hostname, port } = new URL(this.world.config.agentBrokerUrl);
    const model = await connect(
      {
        protocol: 'amqp',
        hostname,
        port: Number(port),
        vhost: this.world.vhosts.agents,
        username: this.user,
        password: token,
      },
      { noDelay: true },
    );
    return new AgentConnection(model, this.id);
  }
}

/** An agent's connection to the broker. */
export class AgentConnection {
  closed = false;

  constructor(
    readonly model: ChannelModel,
    private readonly computerId: string,
  ) {
    model.on('error', () => undefined);
    model.on('close', () => (this.closed = true));
  }

  /** Messages of a stream from now on. @throws the broker's refusal */
  async read(stream: string): Promise<ConsumeMessage[]> {
    const messages: ConsumeMessage[] = [];
    const channel = await this.channel();
    await channel.prefetch(100);
    const take = (message: ConsumeMessage | null) => {
      if (!message) return;
      messages.push(message);
      channel.ack(message);
    };
    await channel.consume(stream, take, { arguments: { 'x-stream-offset': 'next' } });
    return messages;
  }

  /** Publishes a status report of a computer. @throws the broker's refusal */
  async report(computerId = this.computerId): Promise<void> {
    const channel = await this.model.createConfirmChannel();
    await new Promise<void>((resolve, reject) => {
      channel.on('error', reject);
      channel.publish('waybill.reports', reportKey(computerId, 'status'), Buffer.from('{}'), {
        userId: `a-${this.computerId}`,
      });
      channel.waitForConfirms().then(resolve, reject);
    });
  }

  async channel(): Promise<Channel> {
    const channel = await this.model.createChannel();
    channel.on('error', () => undefined);
    return channel;
  }

  async close(): Promise<void> {
    if (!this.closed) await this.model.close().catch(() => undefined);
  }
}
