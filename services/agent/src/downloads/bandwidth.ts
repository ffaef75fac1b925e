import { zoneOffset } from '@waybill/contracts/agent';
import { type BandwidthPlan, opensIn, rateAt } from './bandwidth-plan.js';

/** What this computer may fetch at a moment, by its own clock. */
export class Bandwidth {
  /**
   * @param plan empty for no limit
   * @param zone IANA name of the computer's zone at the moment; asked only when a plan goes by it
   */
  constructor(
    private readonly plan: BandwidthPlan,
    private readonly zone: () => string,
  ) {}

  /** Bytes per second, Infinity for no limit. @param now milliseconds since the epoch */
  rateAt(now: number): number {
    return this.plan.length === 0 ? Infinity : rateAt(this.plan, this.wall(now));
  }

  /** Milliseconds until something may be fetched, 0 for at once. A plan that never allows it is looked at again every hour: it may be another one after a restart. */
  opensIn(now: number): number {
    return this.plan.length === 0 ? 0 : (opensIn(this.plan, this.wall(now)) ?? 3_600_000);
  }

  private wall(now: number): number {
    const timed = this.plan.some(({ days, from }) => days !== undefined || from !== undefined);
    return timed ? now + zoneOffset(this.zone(), now) : now;
  }
}

export const NO_LIMIT = new Bandwidth([], () => 'UTC');
