import type { BrokerManagement } from './broker-management.js';
import type { PresenceRepository } from './presence.repository.js';

/** A connection younger than this may not be in the broker's list yet, milliseconds. */
const LIST_LAG_MS = 10_000;

const EVERY_MS = 5 * 60 * 1000;

/** How long after events were missed the list has caught up with them, milliseconds. */
const SECOND_LOOK_MS = 15_000;

/** Compares what we think of the connections with the broker's own list: after events were missed, and from time to time. */
export class PresenceReconciler {
  /** moments, epoch milliseconds */
  private due: number[] = [0];

  constructor(
    private readonly management: BrokerManagement,
    private readonly presence: PresenceRepository,
  ) {}

  /** Events were missed: look now, and again when the broker's list can be trusted. */
  eventsMissed(): void {
    this.due.push(Date.now(), Date.now() + SECOND_LOOK_MS);
  }

  /** Does it when it is due. @throws Error when the broker's management does not answer; it stays due then */
  async turn(): Promise<void> {
    const now = Date.now();
    if (!this.due.some((moment) => moment <= now)) return;
    await this.reconcile(now);
    this.due = [...this.due.filter((moment) => moment > now && moment <= now + SECOND_LOOK_MS), now + EVERY_MS];
  }

  private async reconcile(now: number): Promise<void> {
    const live = await this.management.agentConnections();
    await this.presence.reconcile(live, new Date(now - LIST_LAG_MS));
    await this.presence.sweep();
  }
}
