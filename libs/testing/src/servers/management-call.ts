import { testServers } from './test-servers.js';

/**
 * One call of RabbitMQ's management API as administrator.
 * @param managementUrl with credentials; default: that of the test servers
 * @throws Error for any answer that is not 2xx or, on DELETE, 404
 */
export async function managementCall(
  method: string,
  path: string,
  body?: object,
  managementUrl = testServers().brokerManagementUrl,
): Promise<unknown> {
  const url = new URL(managementUrl);
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const response = await fetch(`${url.origin}/api${path}`, {
    method,
    headers: {
      // RabbitMQ closes a connection idle for 5 s; a busy test process learns of it only when it sends the next request on it
      connection: 'close',
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok && !(method === 'DELETE' && response.status === 404)) {
    throw new Error(`${method} ${path} of the management API answered ${response.status}: ${await response.text()}`);
  }
  const text = await response.text();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
