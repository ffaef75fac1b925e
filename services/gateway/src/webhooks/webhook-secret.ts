import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** 256 random bits: as long as the digest that they key. */
export function newWebhookSecret(): Buffer {
  return randomBytes(32);
}

/** As it is shown once and as libraries of Standard Webhooks take it. */
export function shownSecret(secret: Buffer): string {
  return PREFIX + secret.toString('base64');
}

/**
 * Headers by which a receiver knows who sent a body and when, as Standard Webhooks says: HMAC-SHA-256 over `id.timestamp.body`.
 * @param now of this attempt; the timestamp is in whole seconds
 */
export function signatureHeaders(secret: Buffer, id: string, body: string, now: Date): Record<string, string> {
  const timestamp = Math.floor(now.getTime() / 1000);
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
