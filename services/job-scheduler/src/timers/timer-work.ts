import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ReexecuteWork } from '../reexecution/reexecute.work.js';
import { PresenceWork } from '../rollout/presence.work.js';
import { MemberChanges } from '../targets/member-changes.js';
import { ResolveTargetsWork } from '../targets/resolve-targets.work.js';
import { type ClaimedWork, TimersRepository } from './timers.repository.js';
import { LEASE_MS, type TimedWork, workBackOff } from './work-lease.js';

/** Pieces of work at the same time; each may hold a database connection for moments. */
const CONCURRENCY = 4;

/** Does the work of due timers with other services, beside the loop, and tries again later what fails. */
@Injectable()
export class TimerWork {
  private readonly logger = new Logger('Timers');
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly timers: TimersRepository,
    private readonly resolve: ResolveTargetsWork,
    private readonly reexecute: ReexecuteWork,
    private readonly presence: PresenceWork,
    private readonly members: MemberChanges,
  ) {}

  /**
   * Claims what is due and there is room for.
   * @param onDone called after each piece: there is room again
   */
  async begin(onDone: () => void): Promise<void> {
    const room = CONCURRENCY - this.running.size;
    if (room <= 0) return;
    for (const claimed of await this.timers.claim(this.dataSource, room, LEASE_MS)) {
      const done = this.carryOut(claimed).finally(() => {
        this.running.delete(done);
        onDone();
      });
      this.running.add(done);
    }
  }

  get full(): boolean {
    return this.running.size >= CONCURRENCY;
  }

  /** Waits for the pieces under way. */
  async idle(): Promise<void> {
    await Promise.all(this.running);
  }

  private async carryOut(claimed: ClaimedWork): Promise<void> {
    try {
      await this.workOf(claimed).run(claimed.jobId, () => this.timers.move(this.dataSource, claimed, LEASE_MS));
    } catch (error) {
      const wait = workBackOff(claimed.attempts);
      this.logger.warn({ err: error, ...claimed, retryInMs: wait }, `${claimed.kind} failed and is tried again`);
      // If even this fails the lease ends by itself.
      await this.timers.move(this.dataSource, claimed, wait).catch(() => undefined);
    }
  }

  private workOf({ kind }: ClaimedWork): TimedWork {
    switch (kind) {
      case 'presence':
        return this.presence;
      case 'members':
        return this.members;
      case 'resolve':
        return this.resolve;
      default:
        return this.reexecute;
    }
  }
}
