/**
 * Makes the secrets that deploy/compose.yaml refers to, under deploy/secrets; what is there already stays. Run once on the machine
 * with the Docker engine: `node_modules/.bin/node deploy/compose-secrets.ts`.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeyStore } from './local/keys/key-store.ts';
import { brokerKeys } from './local/keys/session-keys.ts';
import { keyPairIn, secretIn } from './local/secret-files.ts';
import { writeSecretFiles, writeServerFiles } from './local/servers/compose-files.ts';
import { TOKEN_KEY_ID } from './local/servers/server-addresses.ts';
import { SERVICES } from './local/services/service-environment.ts';

const directory = join(import.meta.dirname, 'secrets');
const keys = join(directory, 'keys');
mkdirSync(keys, { recursive: true, mode: 0o700 });
const secret = (name: string): string => secretIn(join(keys, `${name}.secret`));

const admin = secret('servers');
const token = keyPairIn(keys, 'token');
const store = new KeyStore(keys, token.privateKey);
await store.ensure(TOKEN_KEY_ID);
const actor = keyPairIn(keys, 'actor');
const oidcSecretFile = join(directory, 'oidc-client-secret');
writeServerFiles(directory, { password: admin, tokenKeys: brokerKeys(keys) });

const files: Record<string, string> = {
  'admin-password': secret('admin-password'),
  'database-admin-url': `postgres://postgres:${admin}@postgres:5432/waybill`,
  'broker-admin-url': `amqp://admin:${admin}@rabbitmq:5672`,
  'broker-admin-management-url': `http://admin:${admin}@rabbitmq:15672`,
  'broker-management-url-fleet': `http://fleet:${secret('broker-fleet')}@rabbitmq:15672`,
  'token-key': readFileSync(store.paths.session, 'utf8'),
  'command-key': readFileSync(store.paths.command, 'utf8'),
  'publishing-key': readFileSync(store.paths.publish, 'utf8'),
  'key-set': readFileSync(store.paths.keySet, 'utf8'),
  'actor-key': readFileSync(actor.privateKey, 'utf8'),
  'actor-public-key': readFileSync(actor.publicKey, 'utf8'),
  // the OpenID provider decides it; whoever has one writes it here
  'oidc-client-secret': existsSync(oidcSecretFile) ? readFileSync(oidcSecretFile, 'utf8') : '',
};
const roles: string[] = [];
for (const service of SERVICES) {
  const role = service.replace('-', '_');
  files[`broker-password-${service}`] = secret(`broker-${service}`);
  files[`broker-url-${service}`] = `amqp://${service}:${secret(`broker-${service}`)}@rabbitmq:5672`;
  files[`database-url-${service}`] = `postgres://${role}:${secret(`database-${service}`)}@postgres:5432/waybill`;
  roles.push(
    `CREATE ROLE ${role} LOGIN PASSWORD '${secret(`database-${service}`)}';`,
    `CREATE SCHEMA ${role} AUTHORIZATION ${role};`,
  );
}
files['initdb/roles.sql'] = [...roles, 'REVOKE ALL ON SCHEMA public FROM PUBLIC;', ''].join('\n');
writeSecretFiles(directory, files);
console.log(`Secrets are in ${directory}.`);
