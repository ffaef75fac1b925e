import type { ProgressReport } from '@waybill/contracts/agent';
import type { UnsentReport } from '../journal/journal.records.js';

/** One message of a command stream. */
export interface StreamMessage {
  /** compact JWS */
  body: string;
  offset: number;
  /** `x-waybill-seq`, null when the message has none; anybody's word, the signed number is in the command */
  seq: number | null;
  /** To be called when the message and its offset are in the journal. */
  ack(): void;
}

/** A stream to read. `arguments` is asked at every (re)subscription: the offset moves on meanwhile. */
export interface StreamSubscription {
  stream: string;
  arguments(): Record<string, unknown>;
  onMessage(message: StreamMessage): void;
}

export interface AgentBrokerEvents {
  /** connected, and every stream of the moment is subscribed */
  onSubscribed(): void;
  onDisconnected(reason: Error): void;
  /** The stream was deleted, or reading it was refused: the session may be out of date. */
  onStreamLost(stream: string, reason: Error): void;
  /** This broker will never do, e.g. it is too old. */
  onUnusable(reason: Error): void;
}

/** The agent's connection to the broker; comes back by itself. */
export interface AgentBroker {
  readonly connected: boolean;
  /** Subscribes to the new ones, cancels those that are gone, keeps the others. */
  setStreams(subscriptions: readonly StreamSubscription[]): Promise<void>;
  /**
   * Publishes a report and waits for the confirm.
   * @throws when there is no connection, no queue takes it or the broker refuses it: send it again later with the same id
   */
  publishStatus(unsent: UnsentReport): Promise<void>;
  /** Publishes and forgets: progress is lossy on purpose. */
  publishProgress(progress: ProgressReport): void;
  /** @param expiresAt epoch milliseconds */
  renewToken(accessToken: string, expiresAt: number): Promise<void>;
  close(): Promise<void>;
  /** Cuts the connection without a word, as a lost network does; for the simulator. */
  sever(): void;
}
