import { AccountsRepository } from './accounts/accounts.repository.js';
import { CreateAccount } from './accounts/create-account.js';
import { RemoveAccount } from './accounts/remove-account.js';
import { UpdateAccount } from './accounts/update-account.js';
import { TokenLife } from './api-tokens/token-life.js';
import { FindOidcAccount } from './oidc/find-oidc-account.js';
import { PendingLoginsRepository } from './oidc/pending-logins.repository.js';
import { ChangePassword } from './session/change-password.js';
import { ConfiguredAdministrator } from './session/configured-administrator.js';
import { CredentialsRepository } from './session/credentials.repository.js';
import { LiveSession } from './session/live-session.js';
import { LogIn } from './session/log-in.js';
import { LoginAddresses } from './session/login-addresses.repository.js';
import { LoginThrottle } from './session/login-throttle.js';
import { SessionAudit } from './session/session-audit.js';
import { StartSession } from './session/start-session.js';

/** Who may log in, and everything about their sessions and tokens. */
export const PEOPLE = [
  AccountsRepository,
  ConfiguredAdministrator,
  CredentialsRepository,
  FindOidcAccount,
  TokenLife,
  PendingLoginsRepository,
  LiveSession,
  LogIn,
  SessionAudit,
  LoginAddresses,
  LoginThrottle,
  StartSession,
  ChangePassword,
  CreateAccount,
  UpdateAccount,
  RemoveAccount,
];
