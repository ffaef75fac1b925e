import type { Command } from '@waybill/contracts/agent';
import type { BackOff } from '@waybill/messaging/client';
import { setTimeout as delay } from 'node:timers/promises';
import { MemoizedVerifier } from '../commands/verify-command.js';
import type { AgentLink } from '../config/agent-config.js';
import { HttpFleetDoor } from '../door/http-fleet-door.js';
import { httpConnections } from '../http/http-request.js';
import type { AttemptRecord } from '../journal/journal.records.js';
import { SimulatedAgent } from './simulated-agent.js';
import type { Behaviour } from './simulated-step-runner.js';

export interface FleetOptions {
  /** address of the agent door */
  server: string;
  /** enrolment token with at least `agents` uses left */
  token: string;
  agents: number;
  /** links that may be unencrypted beyond this computer */
  allowPlaintext?: AgentLink[];
  /** same seed, same failures and delays; default 1 */
  seed?: number;
  /** probability of failure by step */
  fail?: Behaviour['fail'];
  /** milliseconds by step */
  delay?: Behaviour['delay'];
  /** probability that an agent loses its connection within a minute; default 0 */
  disconnect?: number;
  /** connects per second; default as fast as the broker allows */
  connectRate?: number;
  /** agents that enrol or connect at the same time; default 48 */
  concurrency?: number;
  /** host names are `<prefix>-00001` …; default `sim` */
  prefix?: string;
  /** attributes of the agent with that number, from 1 */
  attributes?: (number: number) => Record<string, string>;
  /** IANA name of the zone of the agent with that number, from 1, at the moment; default that of this process */
  zone?: (number: number) => string;
  backOff?: BackOff;
  /** milliseconds for which a passing status waits for the next one; default 250 as in the agent */
  coalesceMs?: number;
  /** milliseconds over which agents that lost their connection ask for the desired state; default 30 s as in the agent */
  reconcileSpreadMs?: number;
  /** every genuine command for an agent, `at` by `process.hrtime.bigint()` */
  onCommand?(received: { agent: SimulatedAgent; command: Command; at: bigint }): void;
  onSubscribed?(agent: SimulatedAgent): void;
  onFinished?(finished: { agent: SimulatedAgent; record: AttemptRecord; at: bigint }): void;
}

/** Many agents in this process. */
export interface SimulatedFleet {
  readonly agents: readonly SimulatedAgent[];
  /** resolves when every agent has subscribed for the first time; rejects when one could not enrol */
  readonly subscribed: Promise<void>;
  /** Ends every agent in good order. */
  stop(): Promise<void>;
  /** kill -9 of some of them; `start()` of each brings it back. */
  kill(agents: readonly SimulatedAgent[]): Promise<void>;
  /** Cuts the connections of some of them. */
  disconnect(agents: readonly SimulatedAgent[]): void;
}

/** Starts N agents that speak the real protocol through the real code; enrolling and connecting goes on in the background. */
export function startFleet(options: FleetOptions): SimulatedFleet {
  const connections = httpConnections({ maxSockets: 32 });
  const door = new HttpFleetDoor(options.server, connections, options.allowPlaintext);
  const verifier = new MemoizedVerifier();
  const behaviour: Behaviour = { seed: options.seed ?? 1, fail: options.fail ?? {}, delay: options.delay ?? {} };
  const agents = Array.from(
    { length: options.agents },
    (_, index) =>
      new SimulatedAgent({
        hostname: `${options.prefix ?? 'sim'}-${String(index + 1).padStart(5, '0')}`,
        attributes: options.attributes?.(index + 1) ?? {},
        zone: options.zone && (() => options.zone!(index + 1)),
        platform: { os: 'linux', arch: 'amd64', distribution: 'debian' },
        door,
        verifier,
        behaviour,
        backOff: options.backOff ?? { baseMs: 500, maxMs: 15_000 },
        coalesceMs: options.coalesceMs ?? 250,
        reconcileSpreadMs: options.reconcileSpreadMs,
        onCommand: (agent, command) => options.onCommand?.({ agent, command, at: process.hrtime.bigint() }),
        onSubscribed: (agent) => options.onSubscribed?.(agent),
        onFinished: (agent, record) => options.onFinished?.({ agent, record, at: process.hrtime.bigint() }),
      }),
  );
  const stopped = new AbortController();
  const subscribed = connectAll(agents, options, stopped.signal);
  subscribed.catch(() => {});
  const cuts = options.disconnect
    ? setInterval(() => agents.forEach((agent) => Math.random() < options.disconnect! / 60 && agent.disconnect()), 1000)
    : undefined;
  return {
    agents,
    subscribed,
    async stop() {
      stopped.abort();
      clearInterval(cuts);
      await Promise.all(agents.map((agent) => agent.stop()));
      connections.http.destroy();
      connections.https.destroy();
    },
    async kill(some) {
      await Promise.all(some.map((agent) => agent.kill()));
    },
    disconnect(some) {
      for (const agent of some) agent.disconnect();
    },
  };
}

async function connectAll(
  agents: readonly SimulatedAgent[],
  { token, concurrency = 48, connectRate }: FleetOptions,
  signal: AbortSignal,
): Promise<void> {
  const queue = agents.values();
  const begun = Date.now();
  let started = 0;
  const worker = async () => {
    for (const agent of queue) {
      if (signal.aborted) return;
      const due = connectRate ? begun + (started++ / connectRate) * 1000 - Date.now() : 0;
      if (due > 0) await delay(due, undefined, { signal });
      await agent.enrol(token);
      await agent.start();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
