import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type ClaimedVerification, VerificationsRepository } from './verifications.repository.js';
import { VerifyUpload } from './verify-upload.js';

/** Verifications at the same time. Hashing takes a whole core, and the service must go on answering. */
const CONCURRENCY = 2;
/** How often what is due is looked for; a completion in this process wakes the loop at once. */
const POLL_MS = 2_000;
/** How long a verification may go without a sign of life before another process takes it over. */
const LEASE_MS = 10_000;
/** Also how old the progress is that clients see. */
const HEARTBEAT_MS = 2_000;

/** Runs in every replica and verifies what is due. A verification takes as long as the object is large: no request waits for it here. */
@Injectable()
export class VerificationLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Verifications');
  private readonly running = new Set<Promise<void>>();
  private readonly stop = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private claiming: Promise<void> | null = null;
  private called = false;

  constructor(
    private readonly verifications: VerificationsRepository,
    private readonly verify: VerifyUpload,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  /** What is under way stops and is due at once for another replica. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stop.abort();
    await this.claiming;
    await Promise.all(this.running);
  }

  /** Something may be due. Never throws. */
  wake(): void {
    this.called = true;
    this.claiming ??= this.claim().finally(() => {
      this.claiming = null;
      // called between the last look and here
      if (this.called && !this.stop.signal.aborted) this.wake();
    });
  }

  private async claim(): Promise<void> {
    while (this.called && !this.stop.signal.aborted) {
      this.called = false;
      const room = CONCURRENCY - this.running.size;
      if (room <= 0) return;
      try {
        for (const claimed of await this.verifications.claim(room, LEASE_MS)) this.begin(claimed);
      } catch (error) {
        this.logger.warn({ err: error }, 'due verifications cannot be read; trying again');
      }
    }
  }

  private begin(claimed: ClaimedVerification): void {
    const done = this.carryOut(claimed).finally(() => {
      this.running.delete(done);
      this.wake();
    });
    this.running.add(done);
  }

  private async carryOut({ uploadId, attempts }: ClaimedVerification): Promise<void> {
    let verified = 0;
    // If a renewal fails, and then the others, the lease ends by itself.
    const heartbeat = setInterval(() => {
      this.verifications.renew(uploadId, LEASE_MS, verified).catch(() => undefined);
    }, HEARTBEAT_MS);
    try {
      const signal = this.stop.signal;
      const run = this.verify.run(uploadId, { signal, onRead: (bytes) => (verified = bytes) });
      // not every step can be stopped; what goes on behind our back is harmless, see VerifyUpload
      await Promise.race([run, aborted(signal)]);
    } catch (error) {
      clearInterval(heartbeat);
      await this.giveBack(uploadId, attempts, error);
    } finally {
      clearInterval(heartbeat);
    }
  }

  private async giveBack(uploadId: string, attempts: number, error: unknown): Promise<void> {
    const waitMs = this.stop.signal.aborted ? 0 : verificationBackOff(attempts);
    if (waitMs > 0) {
      this.logger.warn({ err: error, uploadId, retryInMs: waitMs }, 'an upload could not be verified; trying again');
    }
    await this.verifications.again(uploadId, waitMs).catch(() => undefined);
  }
}

/** Rejects when the signal says so. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
}

/** Wait after a try that failed, in milliseconds: 1 s, 2 s, 4 s … at most a minute. */
export function verificationBackOff(failures: number): number {
  return Math.min(60_000, 1_000 * 2 ** Math.min(failures, 6));
}
