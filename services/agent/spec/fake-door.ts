import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import {
  agentScopes,
  computerUser,
  type DesiredStateResponse,
  type InventoryRequest,
  type SessionResponse,
  type Subscription,
} from '@waybill/contracts/agent';
import { decodeJwt, SignJWT } from 'jose';
import { KEYS } from './commands.js';

const TOKEN = 'a-token-of-the-spec';

/** The agent door as a small HTTP server: what fleet does, as far as an agent can tell. */
export class FakeDoor {
  readonly token = TOKEN;
  readonly objects = new Map<string, Buffer>();
  readonly inventories: InventoryRequest[] = [];
  readonly requests: string[] = [];
  /** answers the next requests to the path with the status */
  readonly failures = new Map<string, number[]>();
  /** cuts the connection of downloads after so many bytes, once per entry */
  readonly cuts: number[] = [];
  /** called when a connection has been cut */
  onCut: () => void = () => {};
  subscriptions: (computerId: string) => Subscription[] = () => [];
  desired: (computerId: string) => DesiredStateResponse | Promise<DesiredStateResponse> = () => ({
    commands: [],
    open: [],
  });
  tokenSeconds = 3600;
  timeOffset = 0;
  /** host and port that sessions name */
  broker: string;
  private readonly computers = new Map<string, string>();
  private readonly hosts = new Map<string, string>();
  private readonly groups = new Set<string>();
  private server: Server | null = null;

  constructor(
    brokerUrl: string,
    private readonly vhost: string,
  ) {
    this.broker = new URL(brokerUrl).host;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`;
  }

  get computerIds(): string[] {
    return [...this.computers.values()];
  }

  /** @throws before the computer of that host name has enrolled */
  computerOf(hostname: string): string {
    const id = this.hosts.get(hostname);
    if (!id) throw new Error(`${hostname} has not enrolled`);
    return id;
  }

  allowGroup(groupId: string): void {
    this.groups.add(groupId);
  }

  async start(port = 0): Promise<void> {
    this.server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => this.server!.listen(port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  addObject(bytes: Buffer): { sha256: string; size: number } {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.objects.set(sha256, bytes);
    return { sha256, size: bytes.length };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!.replace('/agent/v1', '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push(`${request.method} ${path}`);
    const failure = [...this.failures].find(([prefix]) => path.startsWith(prefix))?.[1].shift();
    if (failure) return problem(response, failure, 'spec.failure');
    if (path.startsWith('/objects/')) return this.object(path.split('/')[2]!.split('?')[0]!, request, response);
    try {
      const answer = await this.call(request, path, Buffer.concat(chunks));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } catch (error) {
      problem(response, (error as { status?: number }).status ?? 500, 'spec.refused');
    }
  }

  private async call(request: IncomingMessage, path: string, body: Buffer): Promise<object> {
    const json = () =>
      JSON.parse((request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()) as Record<
        string,
        never
      >;
    if (path === '/enrol') return this.enrol(json());
    if (path === '/token') return this.issue(String(decodeJwt(json()['client_assertion']!).sub).slice(2));
    if (!request.headers.authorization) throw Object.assign(new Error('token'), { status: 401 });
    const computerId = String(decodeJwt(request.headers.authorization.slice(7)).sub).slice(2);
    if (path === '/session') return this.session(computerId);
    if (path === '/desired-state') return this.desired(computerId);
    if (path === '/inventory') return { count: this.inventories.push(json() as unknown as InventoryRequest) };
    const sha256 = path.split('/')[2]!;
    if (!path.startsWith('/downloads/') || !this.objects.has(sha256))
      throw Object.assign(new Error(path), { status: 404 });
    return {
      url: `${this.url}/objects/${sha256}?t=${randomUUID()}`,
      size: this.objects.get(sha256)!.length,
      expiresAt: new Date(Date.now() + 900_000).toISOString(),
    };
  }

  private enrol({ token, publicKey, hostname }: Record<string, string>): object {
    if (token !== TOKEN) throw Object.assign(new Error('token'), { status: 403 });
    if (!this.computers.has(publicKey!)) this.computers.set(publicKey!, randomUUID());
    this.hosts.set(hostname!, this.computers.get(publicKey!)!);
    return { computerId: this.computers.get(publicKey!), keySets: KEYS.chain };
  }

  private async issue(computerId: string): Promise<object> {
    const scope = agentScopes(this.vhost, computerId, [...this.groups]).join(' ');
    const user = computerUser(computerId);
    const access_token = await new SignJWT({ scope, client_id: user })
      .setProtectedHeader({ alg: 'EdDSA', kid: KEYS.session.kid })
      .setSubject(user)
      .setAudience('waybill')
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + this.tokenSeconds)
      .sign(KEYS.session.privateKey);
    return { access_token, token_type: 'Bearer', expires_in: this.tokenSeconds, scope };
  }

  private session(computerId: string): SessionResponse {
    return {
      computerId,
      time: new Date(Date.now() + this.timeOffset).toISOString(),
      broker: { url: `amqp://${this.broker}`, vhost: this.vhost },
      subscriptions: this.subscriptions(computerId),
      keySets: KEYS.chain,
    };
  }

  private object(sha256: string, request: IncomingMessage, response: ServerResponse): void {
    const bytes = this.objects.get(sha256);
    if (!bytes) return problem(response, 404, 'NoSuchKey');
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start >= bytes.length) return void response.writeHead(416).end();
    const rest = bytes.subarray(start);
    response.writeHead(206, {
      'content-length': rest.length,
      'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
    });
    const cut = this.cuts.shift();
    if (cut === undefined) return void response.end(rest);
    response.write(rest.subarray(0, cut), () => {
      response.destroy();
      this.onCut();
    });
  }
}

function problem(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ status, code, detail: 'as the spec wants it' }));
}
