import { type Command, type EnrolRequest, WaybillError } from '@waybill/contracts/agent';
import type { BackOff as BackOffBounds } from '@waybill/messaging/client';
import { AgentCore } from '../agent-core.js';
import type { CommandVerifier } from '../commands/verify-command.js';
import type { FleetDoor } from '../door/fleet-door.js';
import { chooseVariant } from '@waybill/contracts/agent';
import { generateAgentKey } from '../identity/agent-key.js';
import type { PlatformFacts } from '@waybill/contracts/agent';
import type { AttemptRecord } from '../journal/journal.records.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { silentLog } from '../log.js';
import { NO_LIMIT } from '../downloads/bandwidth.js';
import { BackOff } from '../retry/back-off.js';
import { LogNotifier } from '../user/notifier.js';
import { NoRestarter } from '../user/restarter.js';
import { CorrectedClock } from '../time/clock.js';
import { PinnedKeys } from '../trust/pinned-keys.js';
import { AGENT_VERSION } from '../version.js';
import { type Behaviour, type SimulatedDisk, SimulatedStepRunner } from './simulated-step-runner.js';

/** Tries of an enrolment while the server does not answer. */
const ENROL_TRIES = 20;

export interface SimulatedAgentParts {
  hostname: string;
  attributes: Record<string, string>;
  platform: PlatformFacts;
  /** IANA name of its zone at the moment; default that of this process */
  zone?(): string;
  door: FleetDoor;
  verifier: CommandVerifier;
  behaviour: Behaviour;
  backOff: BackOffBounds;
  coalesceMs: number;
  reconcileSpreadMs?: number;
  onCommand(agent: SimulatedAgent, command: Command): void;
  onSubscribed(agent: SimulatedAgent): void;
  onFinished(agent: SimulatedAgent, record: AttemptRecord): void;
}

/** One simulated computer: the real agent with a journal in memory and nothing to install. */
export class SimulatedAgent {
  private readonly key = generateAgentKey();
  private readonly journal = new MemoryJournal();
  private readonly clock = new CorrectedClock();
  private readonly keys = new PinnedKeys({
    journal: this.journal,
    clock: this.clock,
    log: silentLog,
    rootFingerprint: null,
  });
  private readonly disk: SimulatedDisk = new Map();
  private id: string | null = null;
  private core: AgentCore | null = null;
  private life = 0;
  private waiters: (() => void)[] = [];

  constructor(private readonly parts: SimulatedAgentParts) {}

  /** Empty before {@link enrol}. */
  get computerId(): string {
    return this.id ?? '';
  }

  get hostname(): string {
    return this.parts.hostname;
  }

  get running(): boolean {
    return this.core !== null;
  }

  get connected(): boolean {
    return this.core?.session.connection?.connected ?? false;
  }

  /** Reports that wait for their confirm. */
  get unsent(): number {
    return this.journal.unsent().length;
  }

  /** Executions without an end. */
  get open(): number {
    return this.journal.openAttempts().length;
  }

  /** What is installed, by package. */
  get installed(): ReadonlyMap<string, string> {
    return this.disk;
  }

  /** @throws WaybillError when the server refuses */
  async enrol(token: string): Promise<void> {
    if (this.id) return;
    const { hostname, attributes, platform, door } = this.parts;
    const request: EnrolRequest = {
      token,
      publicKey: this.key.publicKey,
      hostname,
      attributes,
      agentVersion: AGENT_VERSION,
      ...platform,
    };
    const backOff = new BackOff(this.parts.backOff.baseMs, this.parts.backOff.maxMs);
    for (let tries = 1; ; tries++) {
      try {
        const { computerId, keySets } = await door.enrol(request);
        await this.keys.offer(keySets);
        this.id = computerId;
        return;
      } catch (error) {
        if (!(error instanceof WaybillError) || error.kind !== 'unavailable' || tries === ENROL_TRIES) throw error;
        await this.clock.sleep(backOff.next(error));
      }
    }
  }

  /** Starts the agent, or starts it again on the same "disk"; resolves when every stream is subscribed. */
  async start(): Promise<void> {
    if (this.core) return;
    const {
      door,
      verifier,
      platform,
      zone,
      behaviour,
      backOff,
      coalesceMs,
      reconcileSpreadMs,
      onCommand,
      onSubscribed,
      onFinished,
    } = this.parts;
    const life = ++this.life;
    const alive = () => this.life === life;
    const subscribed = new Promise<void>((resolve) => this.waiters.push(resolve));
    const { key, keys, journal, clock, computerId, disk } = this;
    const chosen = new WeakMap<object, ReturnType<typeof chooseVariant>>();
    this.core = new AgentCore({
      bandwidth: NO_LIMIT,
      // it fetches nothing
      spread: ({ since }) => since,
      computerId,
      key,
      keys,
      journal,
      clock,
      door,
      verifier,
      backOff,
      coalesceMs,
      reconcileSpreadMs,
      log: silentLog,
      bootId: 'simulated',
      // nobody sits before a simulated computer: what would be offered begins at once
      notifier: new LogNotifier(silentLog),
      restarter: new NoRestarter(),
      zone,
      chooseVariant: (manifest) => {
        if (!chosen.has(manifest)) chosen.set(manifest, chooseVariant(manifest, platform));
        return chosen.get(manifest)!;
      },
      runner: () => new SimulatedStepRunner(computerId, behaviour, disk, clock, alive),
      onCommand: (command) => onCommand(this, command),
      onSubscribed: () => {
        for (const resolve of this.waiters.splice(0)) resolve();
        onSubscribed(this);
      },
      onFinished: (record) => onFinished(this, record),
    });
    await this.core.start();
    await subscribed;
  }

  /** Ends as a service does: what has not begun is dropped, reports are sent. */
  async stop(): Promise<void> {
    const core = this.core;
    this.core = null;
    await core?.stop(2_000);
    this.life++;
  }

  /** kill -9: nothing is finished, nothing is said; {@link start} finds the journal as it was. */
  async kill(): Promise<void> {
    const core = this.core;
    this.core = null;
    this.life++;
    core?.sender.stop();
    core?.session.connection?.sever();
    core?.restarts.stop();
    await Promise.all([core?.executor.stop(0), core?.session.stop()]);
  }

  /** The network is cut; the agent comes back by itself. */
  disconnect(): void {
    this.core?.session.connection?.sever();
  }
}
