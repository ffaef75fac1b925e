import { randomUUID } from 'node:crypto';
import { managementCall } from './management-call.js';
import { testServers } from './test-servers.js';

export interface TestImpersonator {
  /** broker address with its name and password */
  url: string;
  remove(): Promise<unknown>;
}

/** An account that may publish to and read from virtual hosts in any user's name: for specs that play other services and computers. */
export async function testImpersonator(vhosts: readonly string[]): Promise<TestImpersonator> {
  const name = `impersonator-${randomUUID()}`;
  await managementCall('PUT', `/users/${name}`, { password: name, tags: 'impersonator' });
  const rights = { configure: '.*', write: '.*', read: '.*' };
  for (const vhost of vhosts) await managementCall('PUT', `/permissions/${encodeURIComponent(vhost)}/${name}`, rights);
  const url = new URL(testServers().brokerUrl);
  [url.username, url.password] = [name, name];
  return { url: url.href.replace(/\/$/, ''), remove: () => managementCall('DELETE', `/users/${name}`) };
}
