import type { ComputerView } from '@waybill/contracts';
import type { ListSpec } from '@waybill/persistence';
import { COMPUTER_FIELDS } from './computer-fields.js';

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
  fields: COMPUTER_FIELDS,
  defaultSort: 'name',
  unique: 'id',
};

export function computerView(row: ComputerRow): ComputerView {
  return { ...row, lastSeenAt: row.lastSeenAt?.toISOString() ?? null, enrolledAt: row.enrolledAt.toISOString() };
}
