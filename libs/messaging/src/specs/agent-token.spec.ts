import { readFileSync } from 'node:fs';
import { importPKCS8, SignJWT } from 'jose';
import { agentScopes, computerUser } from '@waybill/contracts';
import { required } from './test-broker.spec.js';

/** The token that fleet issues to a computer; the broker trusts its key. */
export async function agentToken(
  vhost: string,
  computerId: string,
  groupIds: readonly string[],
  lifetimeSeconds = 3_600,
): Promise<string> {
  const key = await importPKCS8(readFileSync(required('WAYBILL_TEST_TOKEN_KEY_FILE'), 'utf8'), 'EdDSA');
  const user = computerUser(computerId);
  return new SignJWT({ scope: agentScopes(vhost, computerId, groupIds).join(' '), client_id: user })
    .setProtectedHeader({ alg: 'EdDSA', kid: process.env['WAYBILL_TEST_TOKEN_KEY_ID'] ?? 'waybill-token-1' })
    .setSubject(user)
    .setAudience('waybill')
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1_000) + lifetimeSeconds)
    .sign(key);
}
