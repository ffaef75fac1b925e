/**
 * Makes the secrets that deploy/compose.yaml refers to, under deploy/secrets; what is there already stays. Run once on the machine
 * with the Docker engine: `node_modules/.bin/node deploy/compose-secrets.ts`.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyPairIn, secretIn } from './local/secret-files.ts';
import { brokerDefinitions, enabledPlugins, rabbitmqConf } from './local/servers/rabbitmq-config.ts';
import { TOKEN_KEY_ID } from './local/servers/server-addresses.ts';
import { SERVICES } from './local/services/service-environment.ts';

const directory = join(import.meta.dirname, 'secrets');
const keys = join(directory, 'keys');
mkdirSync(keys, { recursive: true, mode: 0o700 });
mkdirSync(join(directory, 'initdb'), { recursive: true });
chmodSync(directory, 0o700);

/** Containers read them under user ids of their own: readable inside of a directory that only the owner enters. */
const put = (name: string, content: string): void => writeFileSync(join(directory, name), content, { mode: 0o644 });
const secret = (name: string): string => secretIn(join(keys, `${name}.secret`));

const admin = secret('servers');
put('postgres-password', admin);
put('s3-access-key', 'waybill-admin');
put('s3-secret-key', admin);
put('admin-password', secret('admin-password'));
put('database-admin-url', `postgres://postgres:${admin}@postgres:5432/waybill`);
put('broker-admin-url', `amqp://admin:${admin}@rabbitmq:5672`);
put('broker-admin-management-url', `http://admin:${admin}@rabbitmq:15672`);
put('broker-management-url-fleet', `http://fleet:${secret('broker-fleet')}@rabbitmq:15672`);

const roles: string[] = [];
for (const service of SERVICES) {
  const role = service.replace('-', '_');
  put(`broker-password-${service}`, secret(`broker-${service}`));
  put(`broker-url-${service}`, `amqp://${service}:${secret(`broker-${service}`)}@rabbitmq:5672`);
  put(`database-url-${service}`, `postgres://${role}:${secret(`database-${service}`)}@postgres:5432/waybill`);
  roles.push(
    `CREATE ROLE ${role} LOGIN PASSWORD '${secret(`database-${service}`)}';`,
    `CREATE SCHEMA ${role} AUTHORIZATION ${role};`,
  );
}
put('initdb/roles.sql', [...roles, 'REVOKE ALL ON SCHEMA public FROM PUBLIC;', ''].join('\n'));

const token = keyPairIn(keys, 'token');
const command = keyPairIn(keys, 'command');
const actor = keyPairIn(keys, 'actor');
put('token-key', readFileSync(token.privateKey, 'utf8'));
put('command-key', readFileSync(command.privateKey, 'utf8'));
put('command-public-key', readFileSync(command.publicKey, 'utf8'));
put('actor-key', readFileSync(actor.privateKey, 'utf8'));
put('actor-public-key', readFileSync(actor.publicKey, 'utf8'));
put('token.pub.pem', readFileSync(token.publicKey, 'utf8'));
put('enabled_plugins', enabledPlugins);
put('definitions.json', brokerDefinitions({ name: 'admin', password: admin }));
put(
  'rabbitmq.conf',
  rabbitmqConf({
    host: '0.0.0.0',
    amqpPort: 5672,
    managementPort: 15_672,
    prometheusPort: 15_692,
    tokenKeyId: TOKEN_KEY_ID,
    tokenPublicKeyFile: '/etc/rabbitmq/token.pub.pem',
    definitionsFile: '/etc/rabbitmq/definitions.json',
  }),
);
console.log(`Secrets are in ${directory}.`);
