import http from 'node:http';
import https from 'node:https';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { listOf } from '@waybill/platform';
import { GatewayConfig } from '../gateway.config.js';
import { ForbiddenAddressError, isPublicAddress, literalAddress, publicLookup } from './receiver-address.js';

/** From the first packet to the last byte of the answer that is read. */
export const RECEIVER_TIMEOUT_MS = 10_000;
/** Of an answer so much is read; the connection of a longer one is closed. */
const READ_BYTES = 16_384;
/** Of an answer so much is kept for people, in characters. */
const KEPT_CHARACTERS = 500;

/** How a receiver answered. */
export interface Answered {
  status: number;
  /** the beginning of its body */
  text: string;
}

/** Calls the receivers of webhooks: only on the internet or where the configuration names them, for so long, reading so much, never by a redirect. */
@Injectable()
export class Receiver implements OnApplicationShutdown {
  /** origins that may be called although they are plain or private */
  readonly named: ReadonlySet<string>;
  private readonly open = {
    'https:': new https.Agent({ keepAlive: true }),
    'http:': new http.Agent({ keepAlive: true }),
  };
  private readonly guarded = new https.Agent({ keepAlive: true, lookup: publicLookup() } as https.AgentOptions);

  constructor({ webhookOrigins }: GatewayConfig) {
    this.named = new Set(listOf(webhookOrigins));
  }

  /**
   * Posts a body and answers what came back, whatever its status.
   * @throws Error in words when nothing came back: not allowed, not found, not connected, not in time
   */
  async post(target: string, headers: Record<string, string>, body: string): Promise<Answered> {
    const url = new URL(target);
    const signal = AbortSignal.timeout(RECEIVER_TIMEOUT_MS);
    const response = await this.begin(url, headers, body, signal);
    const bytes = await readSome(response);
    return {
      status: response.statusCode!,
      text: bytes.toString('utf8').replaceAll('\0', '').slice(0, KEPT_CHARACTERS),
    };
  }

  onApplicationShutdown(): void {
    for (const agent of [this.guarded, ...Object.values(this.open)]) agent.destroy();
  }

  private begin(url: URL, headers: Record<string, string>, body: string, signal: AbortSignal) {
    const content = Buffer.from(body);
    const options = {
      method: 'POST',
      agent: this.agentFor(url),
      headers: { ...headers, 'content-length': content.length },
      signal,
    };
    return new Promise<http.IncomingMessage>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, options, resolve);
      request.once('error', (error) => reject(signal.aborted ? new TimeoutError() : error));
      request.end(content);
    });
  }

  /** @throws ForbiddenAddressError for an address that needs no DNS; plain HTTP goes to named origins only */
  private agentFor(url: URL): http.Agent {
    if (this.named.has(url.origin)) return this.open[url.protocol as 'https:' | 'http:'];
    const address = literalAddress(url);
    if (url.protocol !== 'https:' || (address !== null && !isPublicAddress(address)))
      throw new ForbiddenAddressError(url.host);
    return this.guarded;
  }
}

class TimeoutError extends Error {
  constructor() {
    super(`no answer within ${RECEIVER_TIMEOUT_MS / 1000} s`);
  }
}

/** The status is the answer: a body that breaks off, or never ends, changes nothing. */
async function readSome(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      // leaving the loop destroys the connection
      if (size >= READ_BYTES) break;
    }
  } catch {
    // what came is kept
  }
  return Buffer.concat(chunks);
}
