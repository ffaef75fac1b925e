import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Manifest } from '@waybill/contracts';
import { manifestDigest } from '@waybill/trust';

const PART = 8;

interface FakeUpload {
  id: string;
  file: string;
  size: number;
  state: string;
  parts: Map<number, Buffer>;
}

/** Answers a request before the fake does, e.g. with a failure; `lost`: the fake does it, but the answer is lost. */
export type Fault = { status: number; code?: string; headers?: Record<string, string>; text?: string } | 'lost' | 'cut';

/** The REST API and the object storage behind it, in memory, as far as publishing uses them; parts have 8 bytes. */
export class FakeServer {
  /** `GET /packages/acme` … in the order of their arrival */
  readonly heard: string[] = [];
  readonly stored = new Map<string, Buffer>();
  readonly uploads: FakeUpload[] = [];
  /** one is taken off whenever its request comes */
  readonly faults: [request: string, fault: Fault][] = [];
  version: { id: string; status: string; manifest: Manifest } | undefined;
  private packageExists = false;
  private readonly keys = new Map<string, string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeServer> {
    const server = createServer();
    const fake = new FakeServer(server);
    server.on('request', (request, response) => void fake.serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** How often a request was heard. */
  count(request: string): number {
    return this.heard.filter((one) => one === request).length;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const path = request.url!.replace('/api/v1', '').replace('/packages/acme', '').replace('/versions/1.0.0', '/v');
    const name = `${request.method} ${path.replaceAll(/[0-9a-f-]{36}/g, 'ID')}`;
    this.heard.push(name);
    const at = this.faults.findIndex(([of]) => of === name);
    const fault = at < 0 ? undefined : this.faults.splice(at, 1)[0]![1];
    const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    if (fault === 'cut') return void request.socket.destroy();
    if (fault && fault !== 'lost')
      return void answer(fault.status, fault.text ?? { code: fault.code, detail: `${fault.code}!` }, fault.headers);
    const [status, body, headers] = this.handle(request, path, bytes);
    if (fault === 'lost') return void request.socket.destroy();
    answer(status, body, headers);
  }

  private handle(request: IncomingMessage, path: string, bytes: Buffer): [number, unknown, Record<string, string>?] {
    const problem = (status: number, code: string): [number, unknown] => [status, { code, detail: `${code}!` }];
    const json = () => JSON.parse(bytes.toString()) as never;
    const { method } = request;
    if (path.startsWith('/storage/')) {
      const [, , id, part] = path.split('/');
      this.uploads.find((upload) => upload.id === id)!.parts.set(Number(part), bytes);
      return [200, '', { etag: `"${createHash('md5').update(bytes).digest('hex')}"` }];
    }
    if (request.headers.authorization !== 'Bearer wbt_secret') return problem(401, 'session.invalid');
    const upload = this.uploads.find(({ id }) => path.startsWith(`/v/uploads/${id}`));
    if (path === '' && method === 'GET') return this.packageExists ? [200, {}] : problem(404, 'package.notFound');
    if (path === '/packages' && method === 'POST') {
      if (this.packageExists) return problem(409, 'package.exists');
      this.packageExists = true;
      return [201, {}];
    }
    if (path === '/v' && method === 'GET') return this.version ? [200, this.view()] : problem(404, 'version.notFound');
    if (path === '/versions' && method === 'POST') {
      if (this.version) return problem(409, 'version.exists');
      this.version = { id: randomUUID(), status: 'draft', manifest: json() };
      return [201, this.view()];
    }
    if (path === '/v/actions/publish') {
      this.version!.status = 'published';
      return [200, this.view()];
    }
    if (path === '/v/uploads') return [201, this.begin(request.headers['idempotency-key'] as string, json())];
    if (!upload) return problem(404, 'upload.notFound');
    if (method === 'GET') return [200, this.shown(upload, true)];
    const content = Buffer.concat([...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part));
    this.stored.set(upload.file, content);
    upload.state = 'completed';
    return [200, { file: upload.file, deduplicated: false }];
  }

  private begin(key: string, { file, size }: { file: string; size: number }): unknown {
    const known = this.uploads.find(({ id }) => id === this.keys.get(key));
    if (known) return this.shown(known, false);
    const upload = { id: randomUUID(), file, size, state: 'open', parts: new Map<number, Buffer>() };
    this.uploads.push(upload);
    this.keys.set(key, upload.id);
    return this.shown(upload, true);
  }

  private shown({ id, file, size, state, parts }: FakeUpload, urls: boolean): unknown {
    const list = Array.from({ length: Math.max(1, Math.ceil(size / PART)) }, (_, i) => ({
      number: i + 1,
      size: Math.min(PART, size - i * PART),
      uploaded: parts.has(i + 1),
      etag: parts.has(i + 1) ? 'there' : null,
      ...(urls && { url: `${this.url}/storage/${id}/${i + 1}` }),
    }));
    return { id, file, size, state, partSize: PART, parts: list, artifact: state === 'completed' ? { file } : null };
  }

  private view(): unknown {
    const { manifest, ...rest } = this.version!;
    const files = [...new Set(manifest.variants.flatMap(({ artifacts }) => artifacts.map(({ file }) => file)))];
    return {
      ...rest,
      package: 'acme',
      version: '1.0.0',
      manifest,
      manifestDigest: manifestDigest(manifest),
      artifacts: files.map((file) => {
        const bytes = this.stored.get(file);
        const sha256 = bytes ? createHash('sha256').update(bytes).digest('hex') : null;
        return { file, sha256, uploaded: bytes !== undefined };
      }),
    };
  }
}
