import type { PersistenceOptions } from '@waybill/persistence';
import { Gateway1790000000000 } from './migrations/1-gateway.migration.js';
import { Account } from './accounts/account.entity.js';
import { Accounts1790100000000 } from './migrations/2-accounts.migration.js';
import { OidcLogins1790200000000 } from './migrations/3-oidc-logins.migration.js';
import { LoginThrottle1790300000000 } from './migrations/4-login-throttle.migration.js';
import { Webhooks1790400000000 } from './migrations/5-webhooks.migration.js';
import { ClaimedDeliveries1790500000000 } from './migrations/6-claimed-deliveries.migration.js';
import { OldestDeliveries1790600000000 } from './migrations/7-oldest-deliveries.migration.js';
import { Credential } from './session/credential.entity.js';
import { Webhook } from './webhooks/webhook.entity.js';

export const GATEWAY_PERSISTENCE: PersistenceOptions = {
  schema: 'gateway',
  entities: [Account, Credential, Webhook],
  migrations: [
    Gateway1790000000000,
    Accounts1790100000000,
    OidcLogins1790200000000,
    LoginThrottle1790300000000,
    Webhooks1790400000000,
    ClaimedDeliveries1790500000000,
    OldestDeliveries1790600000000,
  ],
};
