import { Injectable } from '@nestjs/common';
import type { AttemptOutcome, ClaimedDelivery } from './deliveries.repository.js';
import { Receiver } from './receiver.js';
import { signatureHeaders } from './webhook-secret.js';

const HEADERS = { 'content-type': 'application/cloudevents+json; charset=utf-8', 'user-agent': 'Waybill-Webhooks/1' };

/** Longest error that is kept, in characters. */
const ERROR_LENGTH = 500;

/** One attempt: signs the event as of now, posts it, and says how that went. Never throws. */
@Injectable()
export class Deliver {
  constructor(private readonly receiver: Receiver) {}

  async run({ eventId, body, url, secret }: ClaimedDelivery): Promise<AttemptOutcome> {
    const begun = performance.now();
    const outcome = await this.attempt(
      url,
      { ...HEADERS, ...signatureHeaders(secret, eventId, body, new Date()) },
      body,
    );
    return { ...outcome, durationMs: Math.round(performance.now() - begun) };
  }

  private async attempt(url: string, headers: Record<string, string>, body: string) {
    try {
      const { status, text } = await this.receiver.post(url, headers, body);
      return { status, text, error: faultOf(status) };
    } catch (error) {
      return { status: null, text: null, error: sentenceOf(error as Error).slice(0, ERROR_LENGTH) };
    }
  }
}

function faultOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed, change the webhook's url`;
  return `answered ${status}`;
}

/** A connection that was tried by several addresses fails with one error for each. */
function sentenceOf(error: Error & { errors?: Error[] }): string {
  return error.message || error.errors?.map(({ message }) => message).join('; ') || error.name;
}
