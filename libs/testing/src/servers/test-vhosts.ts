import { randomUUID } from 'node:crypto';
import { VHOSTS } from '@waybill/contracts';
import { managementCall } from './management-call.js';
import { testServers } from './test-servers.js';

export interface TestVhosts {
  /** for `WAYBILL_VHOST_PREFIX` */
  prefix: string;
  /** administrator, without virtual host */
  brokerUrl: string;
  /** `<prefix>waybill` and `<prefix>agents` */
  services: string;
  agents: string;
  dispose(): Promise<void>;
}

/** Two empty virtual hosts for one spec file. */
export async function testVhosts(): Promise<TestVhosts> {
  const { brokerUrl } = testServers();
  const prefix = `t${randomUUID().slice(0, 8)}.`;
  const names = [prefix + VHOSTS.services, prefix + VHOSTS.agents] as const;
  const user = encodeURIComponent(decodeURIComponent(new URL(brokerUrl).username));
  for (const name of names) {
    const path = encodeURIComponent(name);
    await managementCall('PUT', `/vhosts/${path}`, { default_queue_type: 'classic' });
    await managementCall('PUT', `/permissions/${path}/${user}`, { configure: '.*', write: '.*', read: '.*' });
  }
  return {
    prefix,
    brokerUrl,
    services: names[0],
    agents: names[1],
    dispose: async () => {
      for (const name of names) await managementCall('DELETE', `/vhosts/${encodeURIComponent(name)}`);
    },
  };
}
