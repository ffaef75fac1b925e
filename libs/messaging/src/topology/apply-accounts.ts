import type { ServiceName } from '@waybill/contracts';
import { BROKER_ACCOUNTS, type BrokerAccount } from './broker-accounts.js';
import type { ManagementApi } from './management-api.js';
import { policies, type RetryPolicy } from './policies.js';
import { TOPOLOGY, vhostName } from './topology.js';

/** Creates virtual hosts with their policies; what exists is brought up to date. */
export async function applyVhosts(api: ManagementApi, vhostPrefix: string, retry?: RetryPolicy): Promise<void> {
  for (const { vhost: role } of TOPOLOGY) {
    const vhost = vhostName(role, vhostPrefix);
    await api.put(['vhosts', vhost], { description: 'Waybill' });
    await api.put(['permissions', vhost, api.user], { configure: '.*', write: '.*', read: '.*' });
    for (const { name, applyTo, ...policy } of policies(retry)) {
      await api.put(['policies', vhost, name], { ...policy, 'apply-to': applyTo });
    }
  }
}

/** Creates the services' accounts for which a password is given, with exactly the rights of {@link BROKER_ACCOUNTS}. */
export async function applyAccounts(
  api: ManagementApi,
  vhostPrefix: string,
  passwords: Partial<Record<ServiceName, string>>,
): Promise<void> {
  for (const account of BROKER_ACCOUNTS) {
    const password = passwords[account.service];
    if (password !== undefined) await applyAccount(api, vhostPrefix, account, { user: account.service, password });
  }
}

/** Creates or updates one account under a name. */
export async function applyAccount(
  api: ManagementApi,
  vhostPrefix: string,
  { tags, rights, topics }: BrokerAccount,
  { user, password }: { user: string; password: string },
): Promise<void> {
  await api.put(['users', user], { password, tags });
  for (const role of ['services', 'agents'] as const) {
    const { configure = '^$', write = '^$', read = '^$' } = rights[role] ?? {};
    if (rights[role]) await api.put(['permissions', vhostName(role, vhostPrefix), user], { configure, write, read });
  }
  for (const topic of topics) await api.put(['topic-permissions', vhostName('services', vhostPrefix), user], topic);
}
