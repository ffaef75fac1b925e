import type { TLSSocket } from 'node:tls';
import { type HttpConnections, httpRequest } from '../http/http-request.js';

const IDLE_MS = 8_000;

/** What one unauthenticated call to the agent door showed. Three checks read it, one call is made. */
export type DoorProbe =
  | {
      answered: true;
      status: number;
      /** milliseconds that this computer's clock is ahead of the server's, by its `Date`; null without that header */
      skewMs: number | null;
      /** when the server's certificate ends, epoch milliseconds; null without TLS, or behind a connection that hides it */
      certificateEnds: number | null;
    }
  | { answered: false; code: string; message: string };

/** Asks for a session without a token: whatever it answers, an agent door answers. Never rejects. */
export async function probeDoor(server: string, connections: HttpConnections): Promise<DoorProbe> {
  const asked = Date.now();
  try {
    const answer = await httpRequest(`${server}/agent/v1/session`, { idleMs: IDLE_MS, connections });
    const middle = (asked + Date.now()) / 2;
    const date = Date.parse(answer.headers.date ?? '');
    const ends = Date.parse((answer.socket as Partial<TLSSocket>).getPeerCertificate?.()?.valid_to ?? '');
    answer.destroy();
    return {
      answered: true,
      status: answer.statusCode ?? 0,
      // the header has whole seconds: half of one is the likeliest rest
      skewMs: Number.isNaN(date) ? null : Math.round(middle - (date + 500)),
      certificateEnds: Number.isNaN(ends) ? null : ends,
    };
  } catch (error) {
    const { code = 'unknown', message } = error as NodeJS.ErrnoException;
    return { answered: false, code, message: message || code };
  }
}
