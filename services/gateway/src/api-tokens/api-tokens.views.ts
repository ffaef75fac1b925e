export interface ApiTokenView {
  id: string;
  name: string;
  account: string;
  /** permissions that it is limited to; null: all that its account has */
  scopes: string[] | null;
  createdAt: string;
  /** null: never */
  expiresAt: string | null;
  /** to the minute */
  lastUsedAt: string | null;
}

/** Answer of `POST /api-tokens`: the secret is shown this once. */
export interface ApiTokenCreated extends ApiTokenView {
  secret: string;
}

export interface ApiTokenList {
  items: ApiTokenView[];
  nextCursor: string | null;
}
