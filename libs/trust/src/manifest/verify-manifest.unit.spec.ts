import { createHmac } from 'node:crypto';
import { MANIFEST_JWS_TYPE } from '@waybill/contracts';
import { newKey, TestKeys, trustKey } from '../test-keys.js';
import { CompactSign } from 'jose';
import { attach, detach, JwsSigner } from '../jws/sign-jws.js';
import { digestOf } from './canonical-manifest.js';
import { verifyManifest } from './verify-manifest.js';

const keys = new TestKeys(newKey('session'));
const manifest = {
  package: 'acme-ledger',
  version: '2.4.0',
  variants: [
    {
      platform: { os: 'linux' as const },
      artifacts: [
        { file: 'a.deb', sha256: 'a'.repeat(64), size: 10 },
        { file: 'b.sh', sha256: 'b'.repeat(64), size: 20 },
      ],
      installer: { type: 'deb' as const },
    },
  ],
};
const { signedManifest, manifestDigest } = keys.signed(manifest);
const [header, payload, signature] = signedManifest.split('.') as [string, string, string];
const verify = (jws: string, digest = manifestDigest, set = keys.current, now = Date.now()) =>
  verifyManifest(jws, digest, set, now);
const encode = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const swapped = {
  ...manifest,
  variants: [{ ...manifest.variants[0]!, artifacts: [...manifest.variants[0]!.artifacts].reverse() }],
};

describe('a manifest', () => {
  it('is believed as it was published', async () => {
    expect(await verify(signedManifest)).toEqual({ ok: true, kid: keys.publish.kid, content: manifest });
    expect(await verify(attach(detach(signedManifest), Buffer.from(payload, 'base64url').toString()))).toMatchObject({
      ok: true,
    });
  });

  it.each<[string, () => string | Promise<string>, RegExp]>([
    ['with another byte', () => `${header}.${encode('{"package":"evil"}')}.${signature}`, /signature does not hold/],
    ['cut off', () => signedManifest.slice(0, -10), /signature does not hold/],
    ['without its signature', () => `${header}.${payload}.`, /signature does not hold/],
    ['without its end', () => `${header}.${payload.slice(0, -8)}.${signature}`, /signature does not hold/],
    ['with its parts in another order', () => `${payload}.${header}.${signature}`, /./],
    ['in other words', () => 'hello', /not a compact JWS/],
    ['with four parts', () => `${signedManifest}.AAAA`, /not a compact JWS/],
    [
      'signed by somebody else under that name',
      () => keys.signed(manifest, newKey(keys.publish.kid)).signedManifest,
      /signature does not hold/,
    ],
    ['signed by a key that nobody knows', () => keys.signed(manifest, newKey('x')).signedManifest, /unknown key x/],
    ['signed by the command key', () => keys.signed(manifest, keys.command).signedManifest, /is for command/],
    ['signed by the session key', () => keys.signed(manifest, keys.session).signedManifest, /is for session/],
    ['signed by the root key', () => keys.signed(manifest, keys.root).signedManifest, /is for root/],
    [
      'of another type',
      () => new JwsSigner(keys.publish, 'waybill-command+jws').sign(JSON.stringify(manifest)),
      /type waybill-command/,
    ],
    [
      'with alg none',
      () => `${encode({ alg: 'none', typ: MANIFEST_JWS_TYPE, kid: keys.publish.kid })}.${payload}.`,
      /signature does not hold/,
    ],
    [
      'with an HMAC keyed with the public key',
      () => {
        const input = `${encode({ alg: 'HS256', typ: MANIFEST_JWS_TYPE, kid: keys.publish.kid })}.${payload}`;
        const secret = Buffer.from(trustKey(keys.publish, 'publish').publicKey, 'base64url');
        return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
      },
      /signature does not hold/,
    ],
    [
      'with a header that nobody understands',
      () =>
        new CompactSign(Buffer.from(JSON.stringify(manifest)))
          .setProtectedHeader({ alg: 'EdDSA', typ: MANIFEST_JWS_TYPE, kid: keys.publish.kid, crit: ['b64'], b64: true })
          .sign(keys.publish.privateKey),
      /digest|signature/,
    ],
    ['too large', () => `${header}.${'A'.repeat(2_000_000)}.${signature}`, /at most 1048576/],
  ])('is refused %s', async (_what, jws, why) => {
    expect(await verify(await jws())).toMatchObject({
      ok: false,
      reason: String(why).includes('unknown key x') ? 'manifest.keyUnknown' : 'manifest.refused',
      why: expect.stringMatching(why) as string,
    });
  });

  it('that is properly signed, but not the one that was announced, is refused: re-ordered, or of another version', async () => {
    for (const other of [swapped, { ...manifest, version: '2.4.1' }]) {
      const { signedManifest: jws } = keys.signed(other);
      expect(await verify(jws)).toMatchObject({ ok: false, why: expect.stringContaining('was announced') as string });
    }
  });

  it('is refused when its key was revoked, and says that it was that', async () => {
    const later = new TestKeys(newKey('session'));
    const { signedManifest: jws, manifestDigest: digest } = later.signed(manifest);
    expect(await verify(jws, digest, later.current)).toMatchObject({ ok: true });
    later.revoke(later.publish.kid);
    expect(await verify(jws, digest, later.current)).toEqual({
      ok: false,
      reason: 'manifest.keyRevoked',
      why: `key ${later.publish.kid} was revoked`,
    });
  });

  it('is refused before and after the time of its key, give or take two minutes', async () => {
    const at = (text: string) => Date.parse(text);
    const timed = new TestKeys(newKey('session'));
    const key = timed.add('short', 'publish', {
      notBefore: '2026-09-01T00:00:00Z',
      notAfter: '2026-09-02T00:00:00Z',
    });
    const { signedManifest: jws, manifestDigest: digest } = timed.signed(manifest, key);
    const outcome = async (now: string) => {
      const { ok, ...rest } = await verify(jws, digest, timed.current, at(now));
      return ok ? 'ok' : (rest as { why: string }).why;
    };
    expect(await outcome('2026-08-31T23:57:59Z')).toBe('key short is not valid yet');
    expect(await outcome('2026-08-31T23:58:01Z')).toBe('ok');
    expect(await outcome('2026-09-02T00:01:59Z')).toBe('ok');
    expect(await outcome('2026-09-02T00:02:00Z')).toBe('key short has expired');
  });

  it('is refused by whoever has no key set', async () => {
    expect(await verifyManifest(signedManifest, digestOf('x'), null, Date.now())).toMatchObject({ ok: false });
  });
});
