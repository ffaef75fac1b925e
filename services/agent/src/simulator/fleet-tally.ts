import type { FleetOptions } from './start-fleet.js';
import type { SimulatedAgent } from './simulated-agent.js';

/** Counts what happens in a fleet. */
export class FleetTally {
  private readonly begun = Date.now();
  private readonly finals = new Map<string, number>();
  private readonly subscribed = new Set<SimulatedAgent>();
  private commands = 0;

  constructor(private readonly agents: number) {}

  readonly listeners: Pick<FleetOptions, 'onCommand' | 'onSubscribed' | 'onFinished'> = {
    onCommand: () => this.commands++,
    onSubscribed: (agent) => this.subscribed.add(agent),
    onFinished: ({ record }) => {
      const { status, reason } = record.verdict ?? { status: record.status, reason: null };
      const key = reason ? `${status} (${reason})` : status;
      this.finals.set(key, (this.finals.get(key) ?? 0) + 1);
    },
  };

  seconds(): string {
    return ((Date.now() - this.begun) / 1000).toFixed(1);
  }

  line(agents: readonly SimulatedAgent[]): string {
    const connected = agents.filter((agent) => agent.connected).length;
    const unsent = agents.reduce((sum, agent) => sum + agent.unsent, 0);
    return `${this.seconds()} s: ${connected}/${this.agents} connected, ${this.commands} commands, ${this.ended()} ended, ${unsent} reports unsent`;
  }

  summary(): string {
    const ends = [...this.finals]
      .sort(([, a], [, b]) => b - a)
      .map(([status, count]) => `  ${String(count).padStart(8)}  ${status}`);
    return [
      `${this.subscribed.size} of ${this.agents} agents were subscribed, ${this.commands} commands received, ${this.ended()} executions ended in ${this.seconds()} s`,
      ...ends,
    ].join('\n');
  }

  private ended(): number {
    return [...this.finals.values()].reduce((sum, count) => sum + count, 0);
  }
}
