import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BATCH, FireTransitions } from './fire-transitions.js';
import { TimerListener } from './timer-listener.js';
import { TimerWork } from './timer-work.js';
import { TimersRepository } from './timers.repository.js';

/** Polling is the truth; notifications and the precise wait only make it sooner. A timer is at most this late, and a round's length. */
const POLL_MS = 500;
/** When the next timer is due but others hold its job. */
const BUSY_MS = 20;

/** Runs in every replica and fires what is due. */
@Injectable()
export class TimerLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Timers');
  private readonly listener: TimerListener;
  private stopping = false;
  private running: Promise<void> | null = null;
  private called = false;
  private wake: (() => void) | null = null;
  private failure: Error | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly timers: TimersRepository,
    private readonly transitions: FireTransitions,
    private readonly work: TimerWork,
  ) {
    this.listener = new TimerListener(dataSource, () => this.call());
  }

  /** Null when timers are being fired, else why not. */
  get trouble(): string | null {
    return this.failure ? `timers cannot be fired: ${this.failure.message}` : null;
  }

  onApplicationBootstrap(): void {
    this.running ??= this.run();
  }

  /** Ends after the round and the work in hand. What is claimed and not done becomes due again for another replica. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.call();
    await this.running;
    await this.work.idle();
    await this.listener.stop();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      let waitMs = POLL_MS;
      try {
        await this.listener.ensure();
        waitMs = await this.round();
        this.failure = null;
      } catch (error) {
        if (!this.failure) this.logger.error({ err: error }, 'the timers cannot be read; trying again');
        this.failure = error as Error;
        await this.listener.check();
      }
      await this.wait(waitMs);
    }
  }

  /** @returns how long to wait for the next, in milliseconds */
  private async round(): Promise<number> {
    const fired = await this.transitions.fire();
    // what is due comes first: work for the first of many jobs would make the last ones late
    if (fired >= BATCH) return 0;
    await this.work.begin(() => this.call());
    if (fired > 0) return 0;
    const next = await this.timers.nextDueIn(this.dataSource);
    if (next === null || (next <= 0 && this.work.full)) return POLL_MS;
    return Math.min(POLL_MS, Math.max(next, BUSY_MS));
  }

  private call(): void {
    this.called = true;
    this.wake?.();
  }

  private async wait(timeoutMs: number): Promise<void> {
    if (!this.called && timeoutMs > 0 && !this.stopping) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.called = false;
    this.wake = null;
  }
}
