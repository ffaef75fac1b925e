import { generateKeyPairSync } from 'node:crypto';
import { loadConfig, variablesOf } from '@waybill/platform';
import { ACTOR_KEYS, newKey, pemOf, TestKeys } from '@waybill/testing';
import { JobSchedulerConfig } from './job-scheduler.config.js';
import { commandSigner, keyRing } from './keys.js';

const keys = new TestKeys();
const env = (changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  WAYBILL_DATABASE_URL: 'postgres://u:p@127.0.0.1/waybill',
  WAYBILL_BROKER_URL: 'amqp://u:p@127.0.0.1',
  WAYBILL_ACTOR_PUBLIC_KEY: ACTOR_KEYS.actorPublicKeys,
  WAYBILL_COMMAND_KEY: pemOf(keys.command.privateKey),
  WAYBILL_KEY_SET: keys.text,
  ...changes,
});
const signer = async (changes: NodeJS.ProcessEnv) => {
  const config = loadConfig(JobSchedulerConfig, env(changes));
  return commandSigner(config, await keyRing(config));
};

describe('the configuration', () => {
  it('needs a database, a broker, a key and a key set; the rest has defaults', async () => {
    expect(loadConfig(JobSchedulerConfig, env())).toMatchObject({ httpPort: 8083, databasePool: 10 });
    await expect((await signer({})).ready()).resolves.toBeInstanceOf(Function);
  });

  it('never shows the key', () => {
    expect(variablesOf(JobSchedulerConfig).find(({ name }) => name === 'WAYBILL_COMMAND_KEY')?.secret).toBe(true);
  });

  it.each([
    ['no key', { WAYBILL_COMMAND_KEY: '' }, /WAYBILL_COMMAND_KEY .*Ed25519/],
    ['a key that is none', { WAYBILL_COMMAND_KEY: 'secret' }, /WAYBILL_COMMAND_KEY must be an Ed25519/],
    ['no key set', { WAYBILL_KEY_SET: '' }, /WAYBILL_KEY_SET is missing/],
  ])('refuses %s in a sentence that names the variable', (_what, changes, sentence) => {
    expect(() => loadConfig(JobSchedulerConfig, env(changes))).toThrow(sentence);
  });

  it.each([
    [
      'of another kind',
      { WAYBILL_COMMAND_KEY: pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey) },
      /WAYBILL_COMMAND_KEY .*it is an ec key, it must be an Ed25519 private key/,
    ],
    [
      'that the key set does not know',
      { WAYBILL_COMMAND_KEY: pemOf(newKey('x').privateKey) },
      /WAYBILL_COMMAND_KEY .*not in the key set/,
    ],
    [
      'that is for something else',
      { WAYBILL_COMMAND_KEY: pemOf(keys.publish.privateKey) },
      /WAYBILL_COMMAND_KEY .*is for publish, not for command/,
    ],
    ['with a key set that nobody signed', { WAYBILL_KEY_SET: 'a.b.c' }, /WAYBILL_KEY_SET .*cannot be used/],
  ])('refuses a key %s', async (_what, changes, sentence) => {
    await expect(signer(changes)).rejects.toThrow(sentence);
  });

  it('refuses a key that was revoked', async () => {
    const revoked = new TestKeys();
    revoked.revoke(revoked.command.kid);
    const changes = { WAYBILL_COMMAND_KEY: pemOf(revoked.command.privateKey), WAYBILL_KEY_SET: revoked.text };
    await expect(signer(changes)).rejects.toThrow(/WAYBILL_COMMAND_KEY .*was revoked/);
  });
});
