import type { ListSpec } from '@waybill/persistence';

export interface ApiTokenRow {
  id: string;
  name: string;
  account: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

export const API_TOKEN_LIST: ListSpec = {
  select: 'id, name, account, created_at AS "createdAt", expires_at AS "expiresAt", last_used_at AS "lastUsedAt"',
  from: 'credentials',
  where: "kind = 'apiToken'",
  fields: {
    id: { sql: 'id', type: 'uuid', sortable: true },
    name: { sql: 'name', type: 'text', sortable: true },
    account: { sql: 'account', type: 'text' },
    createdAt: { sql: 'created_at', type: 'timestamp', sortable: true },
    expiresAt: { sql: 'expires_at', type: 'timestamp' },
  },
  defaultSort: '-createdAt',
  unique: 'id',
};
