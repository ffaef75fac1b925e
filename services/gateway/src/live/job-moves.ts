import type { Subscription } from 'rxjs';
import type { LiveEvents } from './live-events.js';

/** Waits for one job to move; a move between two waits is not lost. */
export class JobMoves {
  private moved = false;
  private wake: (() => void) | undefined;
  private readonly subscription: Subscription;

  constructor(jobId: string, live: LiveEvents) {
    this.subscription = live.jobs.subscribe((id) => {
      if (id !== jobId) return;
      this.moved = true;
      this.wake?.();
    });
  }

  /** Resolves when the job moved since the last call, after `ms`, or when `signal` aborts. */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.moved && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          this.wake = undefined;
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done);
        this.wake = done;
      });
    }
    this.moved = false;
  }

  stop(): void {
    this.subscription.unsubscribe();
    this.wake?.();
  }
}
