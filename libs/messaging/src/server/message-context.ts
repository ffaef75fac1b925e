import type { IncomingMessage } from './incoming-message.js';

/** Second argument of event and rpc handlers. */
export interface MessageContext {
  readonly message: IncomingMessage;
  /** for the inbox; never empty for events */
  readonly messageId: string;
  /** queue it came from */
  readonly queue: string;
  /** for rpc: when the caller stops waiting, epoch milliseconds */
  readonly deadline: number | null;
}
