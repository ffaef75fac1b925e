import type { ListSpec } from '@waybill/persistence';

export const ACCOUNT_LIST: ListSpec = {
  select: `id, username, password_hash AS "passwordHash", grants, built_in AS "builtIn", disabled, created_at AS "createdAt", revision`,
  from: 'accounts',
  fields: {
    id: { sql: 'id', type: 'uuid', sortable: true },
    username: { sql: 'username', type: 'text', sortable: true },
    disabled: { sql: 'disabled', type: 'boolean' },
    createdAt: { sql: 'created_at', type: 'timestamp', sortable: true },
  },
  defaultSort: 'username',
  unique: 'id',
};
