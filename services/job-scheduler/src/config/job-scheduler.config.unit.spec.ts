import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { loadConfig, variablesOf } from '@waybill/platform';
import { ACTOR_KEYS } from '@waybill/testing';
import { commandSigner, JobSchedulerConfig } from './job-scheduler.config.js';

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const env = (changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  WAYBILL_DATABASE_URL: 'postgres://u:p@127.0.0.1/waybill',
  WAYBILL_BROKER_URL: 'amqp://u:p@127.0.0.1',
  WAYBILL_ACTOR_PUBLIC_KEY: ACTOR_KEYS.actorPublicKeys,
  WAYBILL_COMMAND_KEY: pem(generateKeyPairSync('ed25519').privateKey),
  ...changes,
});

describe('the configuration', () => {
  it('needs a database, a broker and a key; the rest has defaults', () => {
    expect(loadConfig(JobSchedulerConfig, env())).toMatchObject({
      httpPort: 8083,
      databasePool: 10,
      commandKeyId: 'waybill-command-1',
    });
  });

  it('never shows the key', () => {
    expect(variablesOf(JobSchedulerConfig).find(({ name }) => name === 'WAYBILL_COMMAND_KEY')?.secret).toBe(true);
  });

  it.each([
    ['no key', { WAYBILL_COMMAND_KEY: '' }, /WAYBILL_COMMAND_KEY .*Ed25519/],
    ['a key that is none', { WAYBILL_COMMAND_KEY: 'secret' }, /WAYBILL_COMMAND_KEY must be an Ed25519/],
    ['a key id that agents cannot quote', { WAYBILL_COMMAND_KEY_ID: 'a b' }, /WAYBILL_COMMAND_KEY_ID must have/],
  ])('refuses %s in a sentence that names the variable', (_what, changes, sentence) => {
    expect(() => loadConfig(JobSchedulerConfig, env(changes))).toThrow(sentence);
  });

  it('refuses a key of another kind', () => {
    const other = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const config = loadConfig(JobSchedulerConfig, env({ WAYBILL_COMMAND_KEY: other }));
    expect(() => commandSigner(config)).toThrow(
      'WAYBILL_COMMAND_KEY must hold an Ed25519 private key in PEM (the command key is ec, it must be Ed25519).',
    );
  });
});
