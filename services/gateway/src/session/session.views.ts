export interface SessionCreated {
  /** send as `Authorization: Bearer` */
  accessToken: string;
  expiresAt: string;
}

export interface SessionView {
  username: string;
  roles: string[];
  kind: 'session' | 'apiToken';
}
