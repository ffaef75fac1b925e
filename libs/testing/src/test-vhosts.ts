import { randomUUID } from 'node:crypto';
import { VHOSTS } from '@waybill/contracts';
import { serverAddress } from './server-address.js';

export interface TestVhosts {
  /** `WAYBILL_VHOST_PREFIX` of this run */
  prefix: string;
  /** `amqp://user:password@host:port`, an administrator, without virtual host */
  brokerUrl: string;
  /** `http://user:password@host:port` */
  managementUrl: string;
  /** full name of one of the two */
  name(vhost: keyof typeof VHOSTS): string;
  dispose(): Promise<void>;
}

/** Two empty virtual hosts of one's own; topology is for the caller to apply. */
export async function testVhosts(): Promise<TestVhosts> {
  const brokerUrl = serverAddress('WAYBILL_TEST_BROKER_URL');
  const managementUrl = serverAddress('WAYBILL_TEST_BROKER_MANAGEMENT_URL');
  const prefix = `t${randomUUID().slice(0, 8)}.`;
  const names = Object.values(VHOSTS).map((vhost) => prefix + vhost);
  const user = decodeURIComponent(new URL(brokerUrl).username);
  for (const name of names) {
    await manage(managementUrl, 'PUT', `vhosts/${encodeURIComponent(name)}`, { default_queue_type: 'quorum' });
    await manage(managementUrl, 'PUT', `permissions/${encodeURIComponent(name)}/${encodeURIComponent(user)}`, {
      configure: '.*',
      write: '.*',
      read: '.*',
    });
  }
  return {
    prefix,
    brokerUrl,
    managementUrl,
    name: (vhost) => prefix + VHOSTS[vhost],
    dispose: async () => {
      for (const name of names) await manage(managementUrl, 'DELETE', `vhosts/${encodeURIComponent(name)}`);
    },
  };
}

async function manage(base: string, method: 'PUT' | 'DELETE', path: string, body?: object): Promise<void> {
  const { username, password, origin } = new URL(base);
  const response = await fetch(`${origin}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok && !(method === 'DELETE' && response.status === 404)) {
    throw new Error(`${method} ${path}: the broker's management answers ${response.status} ${await response.text()}`);
  }
}
