import type { Grant, Role } from '@waybill/contracts';

export interface GrantView extends Grant {
  role: Role;
  groups?: string[];
  categories?: string[];
}

/** Somebody who may log in; without anything secret. */
export interface AccountView {
  id: string;
  username: string;
  /** how it logs in: by a password kept here, at the OIDC provider, or as the first administrator by the configured password */
  login: 'password' | 'oidc' | 'builtIn';
  grants: GrantView[];
  disabled: boolean;
  createdAt: string;
  revision: number;
}
