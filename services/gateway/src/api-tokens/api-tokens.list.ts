import type { ListSpec } from '@waybill/persistence';

export interface ApiTokenRow {
  id: string;
  name: string;
  account: string;
  scopes: string[] | null;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

/** Scope: the account whose tokens are listed, null for everybody's. */
export const API_TOKEN_LIST: ListSpec = {
  select:
    'c.id, c.name, a.username AS account, c.scopes, c.created_at AS "createdAt", c.expires_at AS "expiresAt", c.last_used_at AS "lastUsedAt"',
  from: 'credentials c JOIN accounts a ON a.id = c.account_id',
  where: "c.kind = 'apiToken' AND ($1::uuid IS NULL OR c.account_id = $1)",
  fields: {
    id: { sql: 'c.id', type: 'uuid', sortable: true },
    name: { sql: 'c.name', type: 'text', sortable: true },
    account: { sql: 'a.username', type: 'text' },
    createdAt: { sql: 'c.created_at', type: 'timestamp', sortable: true },
    expiresAt: { sql: 'c.expires_at', type: 'timestamp' },
  },
  defaultSort: '-createdAt',
  unique: 'id',
};
