import type { ComputerView } from '@waybill/contracts';
import type { ListSpec } from '@waybill/persistence';
import { groupField } from './group-field.js';

/** What a computer is shown as in lists; the inventory is only in the view of one. */
export const COMPUTER_COLUMNS = `c.id, c.name, c.os, c.arch, c.distribution, c.agent_version AS "agentVersion", c.online,
  c.last_seen_at AS "lastSeenAt", c.enrolled_at AS "enrolledAt", c.attributes, c.revision,
  ARRAY(SELECT g.name FROM memberships m JOIN groups g ON g.id = m.group_id WHERE m.computer_id = c.id ORDER BY g.name) AS groups`;

export interface ComputerRow {
  id: string;
  name: string;
  os: string | null;
  arch: string | null;
  distribution: string | null;
  agentVersion: string | null;
  online: boolean;
  lastSeenAt: Date | null;
  enrolledAt: Date;
  attributes: Record<string, string>;
  revision: number;
  groups: string[];
  inventory?: object | null;
}

/** The list of computers, and of the members of one group. */
export const COMPUTER_LIST: ListSpec = {
  select: COMPUTER_COLUMNS,
  from: 'computers c',
  fields: {
    id: { sql: 'c.id', type: 'uuid', sortable: true },
    name: { sql: 'c.name', type: 'text', sortable: true },
    os: { sql: 'c.os', type: 'text' },
    arch: { sql: 'c.arch', type: 'text' },
    distribution: { sql: 'c.distribution', type: 'text' },
    agentVersion: { sql: 'c.agent_version', type: 'text' },
    online: { sql: 'c.online', type: 'boolean' },
    // a computer that never connected was seen before any moment
    lastSeenAt: { sql: `coalesce(c.last_seen_at, '-infinity')`, type: 'timestamp', sortable: true },
    enrolledAt: { sql: 'c.enrolled_at', type: 'timestamp', sortable: true },
    group: groupField('c.id'),
    'attribute.*': { sql: (key, bind) => `(c.attributes ->> ${bind(key)}::text)`, type: 'text' },
  },
  defaultSort: 'name',
  unique: 'id',
};

export function computerView(row: ComputerRow): ComputerView {
  return { ...row, lastSeenAt: row.lastSeenAt?.toISOString() ?? null, enrolledAt: row.enrolledAt.toISOString() };
}
