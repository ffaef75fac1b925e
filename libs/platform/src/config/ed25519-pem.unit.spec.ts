import { generateKeyPairSync } from 'node:crypto';
import { Env, loadConfig } from './load-config.js';
import { IsEd25519PrivateKey, IsEd25519PublicKeys } from './ed25519-pem.js';

class Keys {
  @Env('PROBE_KEY', { secret: true }) @IsEd25519PrivateKey() key: string;
  @Env('PROBE_PUBLIC_KEY') @IsEd25519PublicKeys() publicKeys: string;
}

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    PROBE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    PROBE_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
};
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('keys in the environment', () => {
  const good = pair();

  it('are read, public ones also several in a row', () => {
    expect(loadConfig(Keys, good).key).toContain('PRIVATE KEY');
    const both = good.PROBE_PUBLIC_KEY + pair().PROBE_PUBLIC_KEY;
    expect(loadConfig(Keys, { ...good, PROBE_PUBLIC_KEY: both }).publicKeys.match(/BEGIN/g)).toHaveLength(2);
  });

  it.each([
    ['PROBE_KEY', 'secret words'],
    ['PROBE_KEY', good.PROBE_PUBLIC_KEY],
    ['PROBE_KEY', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['PROBE_PUBLIC_KEY', good.PROBE_KEY],
    ['PROBE_PUBLIC_KEY', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['PROBE_PUBLIC_KEY', ''],
  ])('%s is refused when it is another thing, without being shown when it is secret', (name, value) => {
    expect(() => loadConfig(Keys, { ...good, [name]: value })).toThrow(new RegExp(`${name} .*Ed25519`));
    if (name === 'PROBE_KEY' && value) expect(() => loadConfig(Keys, { ...good, [name]: value })).not.toThrow(value);
  });
});
