import { setTimeout as delay } from 'node:timers/promises';

/** A broker that has just been started opens its management last. */
const PATIENCE_MS = 30_000;

/** RabbitMQ's management API, as far as setting up needs it. */
export class ManagementApi {
  private readonly root: string;
  private readonly authorization: string;

  /** @param url `http://user:password@host:port` of an administrator */
  constructor(url: string) {
    const { protocol, host, username, password } = new URL(url);
    this.root = `${protocol}//${host}/api`;
    this.authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
    this.user = decodeURIComponent(username);
  }

  readonly user: string;

  /** Creates or replaces; `path` parts are encoded. */
  async put(path: readonly string[], body: object): Promise<void> {
    await this.request('PUT', path, body);
  }

  /** @throws Error with the broker's reason */
  async request(method: string, path: readonly string[], body?: object): Promise<unknown> {
    const response = await this.send(method, `${this.root}/${path.map(encodeURIComponent).join('/')}`, body);
    const text = await response.text();
    // a repeated deletion may find it done
    const gone = method === 'DELETE' && response.status === 404;
    if (!response.ok && !gone) {
      throw new Error(
        `RabbitMQ's management refused ${method} ${path.join('/')}: ${response.status} ${text.slice(0, 500)}`,
      );
    }
    return text === '' || gone ? null : (JSON.parse(text) as unknown);
  }

  /** Every request here may be repeated. */
  private async send(method: string, url: string, body: object | undefined): Promise<Response> {
    // the server closes a kept connection after 5 s; left in the pool it would fail somebody's next request
    const headers = { authorization: this.authorization, 'content-type': 'application/json', connection: 'close' };
    for (const until = Date.now() + PATIENCE_MS; ;) {
      try {
        return await fetch(url, {
          method,
          headers,
          body: body && JSON.stringify(body),
          signal: AbortSignal.timeout(15_000),
        });
      } catch (error) {
        if (Date.now() >= until) {
          throw new Error(`RabbitMQ's management does not answer at ${this.root}`, { cause: error });
        }
        await delay(250);
      }
    }
  }
}
