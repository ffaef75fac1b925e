import type { GrantView } from '../accounts/accounts.views.js';

export interface SessionCreated {
  /** send as `Authorization: Bearer` */
  accessToken: string;
  expiresAt: string;
}

/** Who am I, and what may I do? */
export interface SessionView {
  username: string;
  roles: string[];
  grants: GrantView[];
  /** every permission that some grant gives, within the token's scopes */
  permissions: string[];
  kind: 'session' | 'apiToken';
}
