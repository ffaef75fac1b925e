import type { Permission } from './permissions.js';

/** What a person may be; each can be limited to groups and package categories (permissions.ts says what it allows). */
export const ROLES = ['viewer', 'helpdesk', 'packager', 'operator', 'administrator', 'auditor'] as const;

export type Role = (typeof ROLES)[number];

/** A role and where it holds. */
export interface Grant {
  role: Role;
  /** names of groups; absent means all groups and every computer */
  groups?: readonly string[];
  /** categories of packages; absent means all */
  categories?: readonly string[];
}

/** Who asks for something. The gateway signs it into every request; each service checks it again. */
export interface Actor {
  kind: 'user' | 'apiToken' | 'service';
  /** id of the account; of a service its name */
  id: string;
  /** as histories and the audit log write it */
  name: string;
  grants: readonly Grant[];
  /** of an API token: what it was limited to; absent means all that the grants allow */
  scopes?: readonly Permission[];
  /** of the HTTP request that this is part of; null inside services */
  requestId: string | null;
  /** of the client, as the gateway saw it; null inside services */
  address: string | null;
}
