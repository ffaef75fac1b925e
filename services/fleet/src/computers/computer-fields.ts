import type { FieldMap } from '@waybill/persistence';
import { attributeField } from './attribute-field.js';
import { groupField } from './group-field.js';
import { softwareField } from './software-field.js';

/**
 * What a filter may say of a computer's identity, inventory, attributes and software (`computers c`). None of it changes by itself: a
 * dynamic group is followed when one of these is written.
 */
export const LASTING_FIELDS: FieldMap = {
  id: { sql: 'c.id', type: 'uuid', sortable: true },
  name: { sql: 'c.name', type: 'text', sortable: true },
  hostname: { sql: 'c.hostname', type: 'text' },
  os: { sql: 'c.os', type: 'text' },
  arch: { sql: 'c.arch', type: 'text' },
  distribution: { sql: 'c.distribution', type: 'text' },
  agentVersion: { sql: 'c.agent_version', type: 'text' },
  enrolledAt: { sql: 'c.enrolled_at', type: 'timestamp', sortable: true },
  memoryBytes: { sql: `(c.inventory ->> 'memoryBytes')::numeric`, type: 'number' },
  cpu: { sql: `(c.inventory ->> 'cpu')`, type: 'text' },
  'attribute.*': attributeField(),
  'software.*': softwareField('c.id'),
};

/** What lists of computers may be filtered by besides. */
export const COMPUTER_FIELDS: FieldMap = {
  ...LASTING_FIELDS,
  online: { sql: 'c.online', type: 'boolean' },
  // a computer that never connected was seen before any moment
  lastSeenAt: { sql: `coalesce(c.last_seen_at, '-infinity')`, type: 'timestamp', sortable: true },
  group: groupField('c.id'),
};
