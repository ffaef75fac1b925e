/** A small client of the REST API for demo, e2e specs and benchmarks. */

export class ApiError extends Error {
  readonly status: number;
  readonly problem: { code?: string; detail?: string; errors?: { pointer: string; message: string }[] };

  constructor(method: string, path: string, status: number, problem: ApiError['problem']) {
    super(
      `${method} ${path} → ${status} ${problem.code ?? ''}: ${problem.detail ?? ''} ${JSON.stringify(problem.errors ?? [])}`,
    );
    this.status = status;
    this.problem = problem;
  }
}

export interface ApiOptions {
  /** e.g. `http://127.0.0.1:8080` */
  server: string;
  /** default: the first administrator */
  username?: string;
  password: string;
}

export class Api {
  readonly server: string;
  private readonly token: string;

  private constructor(server: string, token: string) {
    this.server = server;
    this.token = token;
  }

  static async login({ server, username = 'admin', password }: ApiOptions): Promise<Api> {
    const response = await fetch(`${server}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    const body = (await response.json()) as { accessToken: string };
    if (!response.ok) throw new ApiError('POST', '/session', response.status, body as ApiError['problem']);
    return new Api(server, body.accessToken);
  }

  /** @throws ApiError for any answer that is not 2xx */
  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const response = await this.raw(method, path, body === undefined ? undefined : JSON.stringify(body), {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    });
    const text = await response.text();
    const json = text === '' ? {} : (JSON.parse(text) as unknown);
    if (!response.ok) throw new ApiError(method, path, response.status, json as ApiError['problem']);
    return json as T;
  }

  raw(
    method: string,
    path: string,
    body?: RequestInit['body'],
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${this.server}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...headers },
      body: body ?? null,
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
  }

  /** For requests that `fetch` would not send. */
  get authorization(): string {
    return `Bearer ${this.token}`;
  }

  get<T = Record<string, unknown>>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  post<T = Record<string, unknown>>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.call<T>('POST', path, body, headers);
  }

  /** Server-sent events until the caller stops or the connection ends. */
  async *events(
    path: string,
    signal: AbortSignal,
    lastEventId?: string,
  ): AsyncGenerator<{ event: string; id: string; data: unknown }> {
    const response = await fetch(`${this.server}/api/v1${path}`, {
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal,
    });
    if (!response.ok || !response.body) throw new ApiError('GET', path, response.status, {});
    let buffer = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      buffer += chunk;
      for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
        const block = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const data = field('data');
        if (data !== undefined)
          yield { event: field('event') ?? 'message', id: field('id') ?? '', data: JSON.parse(data) };
      }
    }
  }
}
