export interface ApiTokenView {
  id: string;
  name: string;
  account: string;
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
