import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { claimedComputer, verifyAssertion } from './client-assertion.js';

const ID = '01997a00-0000-7000-8000-000000000001';
const OTHER = '01997a00-0000-7000-8000-000000000002';
const NOW = new Date('2026-09-01T00:00:00Z');
const SECONDS = NOW.getTime() / 1000;
const mine = generateKeyPairSync('ed25519');
const foreign = generateKeyPairSync('ed25519');
const spki = (key: KeyObject) => key.export({ format: 'der', type: 'spki' }).toString('base64url');
const good = { iss: `a-${ID}`, sub: `a-${ID}`, aud: 'waybill-fleet', jti: 'j1', exp: SECONDS + 60, iat: SECONDS };
const sign = (claims: object, key: KeyObject = mine.privateKey) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'EdDSA' }).sign(key);
const check = (assertion: string) => verifyAssertion(assertion, ID, spki(mine.publicKey), NOW);
const refusal = (code: string) => expect.objectContaining({ kind: 'unauthorized', code });

describe('verifyAssertion', () => {
  it('takes what the computer signed', async () => {
    const assertion = await sign(good);
    expect(claimedComputer(assertion)).toBe(ID);
    expect(await check(assertion)).toEqual({ computerId: ID, jti: 'j1', goneAt: new Date((SECONDS + 90) * 1000) });
  });

  it('refuses alg none', async () => {
    await expect(check(new UnsecuredJWT(good).encode())).rejects.toEqual(refusal('token.assertionInvalid'));
  });

  it('refuses HS256 keyed with the public key in every spelling', async () => {
    const der = mine.publicKey.export({ format: 'der', type: 'spki' });
    const pem = Buffer.from(mine.publicKey.export({ format: 'pem', type: 'spki' }));
    for (const secret of [der, pem, Buffer.from(der.toString('base64url')), der.subarray(-32)]) {
      const forged = await new SignJWT({ ...good }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
      await expect(check(forged)).rejects.toEqual(refusal('token.assertionInvalid'));
    }
  });

  it("refuses another computer's key, and another computer's name under the own key", async () => {
    await expect(check(await sign(good, foreign.privateKey))).rejects.toEqual(refusal('token.assertionInvalid'));
    await expect(check(await sign({ ...good, sub: `a-${OTHER}`, iss: `a-${OTHER}` }))).rejects.toEqual(
      refusal('token.assertionInvalid'),
    );
  });

  it.each([
    ['a wrong audience', { ...good, aud: 'waybill' }],
    ['a wrong issuer', { ...good, iss: 'a-else' }],
    ['no jti', { ...good, jti: undefined }],
    ['an empty jti', { ...good, jti: '' }],
    ['no exp', { ...good, exp: undefined }],
    ['a life over five minutes', { ...good, exp: SECONDS + 331 }],
    ['a start in the future', { ...good, nbf: SECONDS + 60 }],
  ])('refuses %s', async (_, claims) => {
    await expect(check(await sign(JSON.parse(JSON.stringify(claims))))).rejects.toEqual(
      refusal('token.assertionInvalid'),
    );
  });

  it('tells an expired assertion apart, so that the agent can correct its clock', async () => {
    await expect(check(await sign({ ...good, exp: SECONDS - 31 }))).rejects.toEqual(refusal('token.assertionExpired'));
    await expect(check(await sign({ ...good, exp: SECONDS - 29 }))).resolves.toMatchObject({ jti: 'j1' });
  });

  it('refuses a changed payload', async () => {
    const [header, , signature] = (await sign(good)).split('.');
    const payload = Buffer.from(JSON.stringify({ ...good, jti: 'j2' })).toString('base64url');
    await expect(check([header, payload, signature].join('.'))).rejects.toEqual(refusal('token.assertionInvalid'));
  });
});

describe('claimedComputer', () => {
  it.each([
    '',
    'x.y.z',
    'no jwt',
    new UnsecuredJWT({ sub: 'admin' }).encode(),
    new UnsecuredJWT({ sub: 'a-1' }).encode(),
    new UnsecuredJWT({}).encode(),
  ])('refuses %p', (text) => {
    expect(() => claimedComputer(text)).toThrow(refusal('token.assertionInvalid'));
  });
});
