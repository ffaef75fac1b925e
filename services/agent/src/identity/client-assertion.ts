import { randomUUID } from 'node:crypto';
import { computerUser } from '@waybill/contracts/agent';
import { SignJWT } from 'jose';
import type { AgentKey } from './agent-key.js';

const LIFETIME_SECONDS = 120;

/** RFC 7523 client assertion: proof that whoever asks for a token holds the computer's key. Valid for two minutes. */
export async function clientAssertion(key: AgentKey, computerId: string, nowMs: number): Promise<string> {
  const now = Math.floor(nowMs / 1000);
  const user = computerUser(computerId);
  return new SignJWT()
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .setIssuer(user)
    .setSubject(user)
    .setAudience('waybill-fleet')
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME_SECONDS)
    .sign(key.privateKey);
}
