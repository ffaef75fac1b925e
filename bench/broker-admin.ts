/** RabbitMQ renews its statistics every five seconds. */
const STATISTICS_MS = 6_000;

/** The few calls of RabbitMQ's management API that benchmarks need. */
export class BrokerAdmin {
  private readonly base: string;
  private readonly authorization: string;

  /** @param url management address with credentials */
  constructor(url: string) {
    const parsed = new URL(url);
    this.authorization = `Basic ${Buffer.from(`${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`).toString('base64')}`;
    this.base = `${parsed.origin}/api`;
  }

  /** An account that may publish in any computer's name; used to load the broker from one connection. */
  async impersonator(name: string, password: string, vhost: string): Promise<void> {
    await this.call('PUT', `/users/${name}`, { password, tags: 'impersonator' });
    await this.call('PUT', `/permissions/${encodeURIComponent(vhost)}/${name}`, {
      configure: '.*',
      write: '.*',
      read: '.*',
    });
  }

  async removeUser(name: string): Promise<void> {
    await this.call('DELETE', `/users/${name}`);
  }

  /** ready and unacknowledged messages; the figures are a few seconds old */
  async depth(vhost: string, queue: string): Promise<number> {
    const body = (await this.call('GET', `/queues/${encodeURIComponent(vhost)}/${queue}`)) as { messages?: number };
    return body.messages ?? 0;
  }

  /** messages that were ever published to a queue; waits until the broker's statistics, a few seconds old, stand still */
  async published(vhost: string, queue: string): Promise<number> {
    const ask = async () => {
      const body = (await this.call('GET', `/queues/${encodeURIComponent(vhost)}/${queue}`)) as {
        message_stats?: { publish?: number };
      };
      return body.message_stats?.publish ?? 0;
    };
    for (let before = -1, now = await ask(); ; before = now, now = await ask()) {
      if (before === now) return now;
      await new Promise((resolve) => setTimeout(resolve, STATISTICS_MS));
    }
  }

  private async call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.base + path, {
      method,
      headers: { authorization: this.authorization, 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    });
    if (!response.ok) throw new Error(`${method} ${path} of the broker's management API answered ${response.status}`);
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  }
}
