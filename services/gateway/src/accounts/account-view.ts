import type { Account } from './account.entity.js';
import type { AccountView, GrantView } from './accounts.views.js';

export type ShownAccount = Pick<
  Account,
  'id' | 'username' | 'passwordHash' | 'grants' | 'builtIn' | 'disabled' | 'createdAt' | 'revision'
>;

export function accountView(account: ShownAccount): AccountView {
  return {
    id: account.id,
    username: account.username,
    login: account.builtIn ? 'builtIn' : account.passwordHash === null ? 'oidc' : 'password',
    grants: account.grants as GrantView[],
    disabled: account.disabled,
    createdAt: account.createdAt.toISOString(),
    revision: account.revision,
  };
}

/** What the audit log says of an account in words; nothing of its password. */
export function accountDetails({ username, grants, disabled }: Pick<Account, 'username' | 'grants' | 'disabled'>) {
  return { username, disabled, grants: grants.map((grant) => JSON.stringify(grant)) };
}
