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
    const where = `${this.root}/${path.map(encodeURIComponent).join('/')}`;
    const response = await fetch(where, {
      method,
      headers: { authorization: this.authorization, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(
        `RabbitMQ's management refused ${method} ${path.join('/')}: ${response.status} ${text.slice(0, 500)}`,
      );
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
}
