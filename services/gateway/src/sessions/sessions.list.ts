import type { ListSpec } from '@waybill/persistence';

export interface SessionRow {
  id: string;
  username: string;
  name: string;
  address: string | null;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
}

/** Scope: the account whose sessions are listed, null for everybody's. */
export const SESSION_LIST: ListSpec = {
  select:
    'c.id, a.username, c.name, c.address, c.created_at AS "createdAt", c.expires_at AS "expiresAt", c.last_used_at AS "lastUsedAt"',
  from: 'credentials c JOIN accounts a ON a.id = c.account_id',
  where: "c.kind = 'session' AND c.expires_at > now() AND ($1::uuid IS NULL OR c.account_id = $1)",
  fields: {
    id: { sql: 'c.id', type: 'uuid', sortable: true },
    username: { sql: 'a.username', type: 'text' },
    createdAt: { sql: 'c.created_at', type: 'timestamp', sortable: true },
    expiresAt: { sql: 'c.expires_at', type: 'timestamp' },
  },
  defaultSort: '-createdAt',
  unique: 'id',
};
