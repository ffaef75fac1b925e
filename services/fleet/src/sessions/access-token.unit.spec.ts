import { newKey, TestKeys } from '@waybill/testing';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { issueAccessToken, verifyAccessToken } from './access-token.js';

const ID = '01997a00-0000-7000-8000-000000000001';
const GROUP = '01997a00-0000-7000-8000-0000000000aa';
const key = newKey('waybill-token-1');
const keys = new TestKeys(key);
const pair = key;
const refusal = expect.objectContaining({ kind: 'unauthorized', code: 'token.invalid' });

describe('access token', () => {
  it('carries what RabbitMQ needs and nothing to configure', async () => {
    const now = new Date();
    const { token, scope } = await issueAccessToken(key, 'agents', ID, [GROUP], now);
    const seconds = Math.floor(now.getTime() / 1000);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', typ: 'JWT', kid: 'waybill-token-1' });
    expect(decodeJwt(token)).toEqual({
      sub: `a-${ID}`,
      client_id: `a-${ID}`,
      aud: 'waybill',
      scope,
      iat: seconds,
      exp: seconds + 3600,
    });
    expect(scope.split(' ')).toEqual([
      `waybill.read:agents/cmd.g.${GROUP}.*`,
      expect.stringMatching(/^waybill\.read:agents\/cmd\.i\.\d+$/),
      `waybill.write:agents/waybill.reports/a-${ID}.*`,
    ]);
    expect(scope).not.toContain('configure');
  });

  it('is verified by the public half only, until it expires', async () => {
    const { token } = await issueAccessToken(key, 'agents', ID, [], new Date());
    expect(await verifyAccessToken(keys.current, token, new Date())).toBe(ID);
    await expect(verifyAccessToken(new TestKeys(newKey('waybill-token-1')).current, token, new Date())).rejects.toEqual(
      refusal,
    );
    const old = await issueAccessToken(key, 'agents', ID, [], new Date(Date.now() - 3_601_000));
    await expect(verifyAccessToken(keys.current, old.token, new Date())).rejects.toEqual(refusal);
  });

  it('is not a client assertion, a text, or a token for somebody who is no computer', async () => {
    const sign = (claims: object) =>
      new SignJWT({ exp: Math.floor(Date.now() / 1000) + 60, ...claims })
        .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
        .sign(pair.privateKey);
    const forged = await Promise.all([
      sign({ sub: `a-${ID}`, aud: 'waybill-fleet', scope: '' }),
      sign({ sub: 'admin', aud: 'waybill', scope: '' }),
    ]);
    for (const token of [...forged, 'x', ''])
      await expect(verifyAccessToken(keys.current, token, new Date())).rejects.toEqual(refusal);
  });
});
