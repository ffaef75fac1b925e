/** A login that is still valid. */
export interface LoginView {
  id: string;
  username: string;
  /** `login` by password, `oidc` at the provider */
  by: string;
  /** that it was begun from */
  address: string | null;
  createdAt: string;
  expiresAt: string;
  /** to the minute */
  lastUsedAt: string | null;
  /** the one that this request was made with */
  current: boolean;
}
