import { generateKeyPairSync } from 'node:crypto';
import { parseComputerKey } from './computer-key.js';

const spki = (key: { export(options: { format: 'der'; type: 'spki' }): Buffer }) =>
  key.export({ format: 'der', type: 'spki' });
const refusal = expect.objectContaining({ kind: 'invalid', code: 'enrolment.keyInvalid' });

describe('parseComputerKey', () => {
  it('takes an Ed25519 key and answers its canonical spelling', () => {
    const der = spki(generateKeyPairSync('ed25519').publicKey);
    expect(parseComputerKey(der.toString('base64url')).spki).toBe(der.toString('base64url'));
    expect(parseComputerKey(der.toString('base64')).spki).toBe(der.toString('base64url'));
  });

  it('refuses keys of other kinds', () => {
    const x25519 = spki(generateKeyPairSync('x25519').publicKey);
    const ec = spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
    for (const der of [x25519, ec]) expect(() => parseComputerKey(der.toString('base64url'))).toThrow(refusal);
  });

  it('refuses a private key and what is no key at all', () => {
    const pkcs8 = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
    for (const text of [pkcs8.toString('base64url'), 'A'.repeat(59), ''])
      expect(() => parseComputerKey(text)).toThrow(refusal);
  });
});
