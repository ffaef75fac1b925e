import type { BrokerConnection } from '../client/broker-connection.js';
import { KeptChannel } from '../client/kept-channel.js';

/** Longer than a busy broker takes, shorter than whoever asks for readiness waits. */
const DEADLINE_MS = 2_000;

/**
 * Asks the broker something and waits for the answer. An open connection proves nothing: a broker that hangs (stopped, out of disk
 * time, behind a dead route) keeps it open, and heartbeats find out after a minute.
 */
export class BrokerProbe {
  private kept: KeptChannel | null = null;
  /** the question under way; a hanging broker is not asked a second one */
  private asking: Promise<string | null> | null = null;

  constructor(private readonly connection: BrokerConnection) {}

  /** @returns null when the broker answers, else a sentence */
  async check(): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`the broker does not answer within ${DEADLINE_MS / 1000} s`), DEADLINE_MS);
    });
    this.asking ??= this.ask().finally(() => (this.asking = null));
    try {
      return await Promise.race([this.asking, silence]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Does not wait: a broker that hangs never answers a goodbye. */
  close(): void {
    void this.kept?.close();
  }

  private async ask(): Promise<string | null> {
    try {
      this.kept ??= KeptChannel.plain({ connection: this.connection, setup: () => Promise.resolve() });
      const channel = await this.kept.ready(DEADLINE_MS);
      // a round trip through the channel that needs no rights and changes nothing
      await channel.prefetch(1);
      return null;
    } catch (error) {
      return `the broker cannot be asked: ${(error as Error).message}`;
    }
  }
}
