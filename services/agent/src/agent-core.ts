import type { Command, Manifest, ProgressReport, Variant } from '@waybill/contracts/agent';
import type { BackOff } from '@waybill/messaging/client';
import type { Bandwidth } from './downloads/bandwidth.js';
import { AmqpAgentBroker } from './broker/amqp-agent-broker.js';
import { CommandIntake } from './commands/command-intake.js';
import type { CommandVerifier } from './commands/verify-command.js';
import type { FleetDoor } from './door/fleet-door.js';
import { Executor } from './execution/executor.js';
import type { StepRunner } from './execution/step-runner.js';
import type { AgentKey } from './identity/agent-key.js';
import type { Journal } from './journal/journal.js';
import type { AttemptRecord } from './journal/journal.records.js';
import type { Log } from './log.js';
import { ReportSender } from './reports/report-sender.js';
import { ReportWriter } from './reports/report-writer.js';
import { AgentSession } from './session/agent-session.js';
import { applyDesiredState } from './session/desired-state.js';
import { SessionKeeper } from './session/session-keeper.js';
import { StreamReader } from './session/stream-reader.js';
import { TokenKeeper } from './session/token-keeper.js';
import { dropRevoked } from './trust/drop-revoked.js';
import { isConfirmed } from './trust/is-confirmed.js';
import type { PinnedKeys } from './trust/pinned-keys.js';
import { type CorrectedClock, timestamp } from './time/clock.js';
import { OwnTime } from './time/own-time.js';
import { InstallWindows } from './windows/install-windows.js';
import { InstallOffers } from './user/install-offers.js';
import type { Notifier } from './user/notifier.js';
import { RestartKeeper } from './user/restart-keeper.js';
import type { Restarter } from './user/restarter.js';
import { FirstWord } from './execution/first-word.js';
import { StepWaits, type StepWaitsParts } from './execution/step-waits.js';
import { JobHolds } from './execution/job-holds.js';

/** What differs between an agent on a computer and a simulated one. */
export interface AgentCoreParts {
  computerId: string;
  key: AgentKey;
  door: FleetDoor;
  journal: Journal;
  clock: CorrectedClock;
  log: Log;
  verifier: CommandVerifier;
  keys: PinnedKeys;
  /** @param core what the runner may need of the agent: its token, its connection */
  runner(core: {
    accessToken(): Promise<string>;
    progress(news: Omit<ProgressReport, 'v' | 'computerId' | 'at'>): void;
  }): StepRunner;
  bootId: string;
  bandwidth: Bandwidth;
  /** see {@link StepWaits} */
  spread?: StepWaitsParts['spread'];
  notifier: Notifier;
  restarter: Restarter;
  /** IANA name of the computer's zone at the moment; default the system's */
  zone?(): string;
  chooseVariant(manifest: Manifest): Variant | null;
  backOff?: BackOff;
  coalesceMs?: number;
  /** see {@link AgentSession} */
  reconcileSpreadMs?: number;
  onCommand?(command: Command): void;
  onSubscribed?(): void;
  onFinished?(record: AttemptRecord): void;
}

/** An enrolled agent: session, commands, executions, reports. The same for real and simulated computers. */
export class AgentCore {
  readonly session: AgentSession;
  readonly executor: Executor;
  readonly sender: ReportSender;
  readonly tokens: TokenKeeper;
  readonly offers: InstallOffers;
  readonly restarts: RestartKeeper;
  private readonly reports: ReportWriter;
  private readonly firstWord: FirstWord;

  constructor(private readonly parts: AgentCoreParts) {
    const { computerId, key, door, journal, clock, log, verifier, keys } = parts;
    this.tokens = new TokenKeeper({
      door,
      key,
      computerId,
      clock,
      onRenewed: (token) => void this.session.connection?.renewToken(token.value, token.expiresAt).catch(() => {}),
      // With the session comes the key set: a revoked key is out of use on every computer within the life of a token.
      onRenewedInTime: () => void this.session.refresh(),
    });
    const windows = new InstallWindows(journal);
    const time = new OwnTime(clock, parts.zone);
    const sessions = new SessionKeeper(door, this.tokens, journal, keys, clock, windows);
    this.reports = new ReportWriter(computerId, journal, clock);
    this.sender = new ReportSender(journal, log, parts.coalesceMs);
    this.reports.onWritten((final) => this.sender.written(final));
    const holds = new JobHolds(journal);
    this.firstWord = new FirstWord(journal, clock);
    const { notifier, restarter, bootId } = parts;
    this.offers = new InstallOffers({ journal, clock, reports: this.reports, notifier, own: time });
    const standStill = (signal: AbortSignal) => this.executor.standStill(signal);
    this.restarts = new RestartKeeper({ journal, clock, log, notifier, restarter, bootId, standStill });
    const waits = new StepWaits({
      clock,
      time,
      windows,
      offers: this.offers,
      bandwidth: parts.bandwidth,
      computerId,
      spread: parts.spread,
    });
    this.executor = new Executor({
      journal,
      clock,
      log,
      reports: this.reports,
      offers: this.offers,
      restarts: this.restarts,
      time,
      waits,
      bootId,
      chooseVariant: ({ command }) => parts.chooseVariant(command.manifest),
      onFinished: parts.onFinished,
      mayBegin: (record) =>
        isConfirmed(record, keys.current) && holds.reasonOf(record) === null && !this.firstWord.waits(record),
      runner: parts.runner({
        accessToken: async () => (await this.tokens.current()).value,
        progress: (news) =>
          this.session.connection?.publishProgress({ v: 1, computerId, ...news, at: timestamp(clock) }),
      }),
    });
    keys.onChanged((set) => {
      dropRevoked(set, journal, this.executor);
      this.askAgainForHeld();
    });
    const intake = new CommandIntake({
      computerId,
      journal,
      verifier,
      clock,
      zone: time.zone,
      log,
      keys: () => keys.current,
      refreshKeys: () => sessions.refreshKeys(),
      groupIds: () => sessions.groupIds,
      executor: this.executor,
      holds,
      reports: this.reports,
      onRefresh: () => void this.session.refresh(true),
      onCommand: parts.onCommand,
    });
    this.session = this.createSession(sessions, intake);
  }

  /** Takes up what the journal holds, then connects. */
  async start(): Promise<void> {
    const asks = this.firstWord.expect();
    this.session.start();
    await this.executor.resume();
    if (asks) void this.hearFirst();
    this.askAgainForHeld();
  }

  private async hearFirst(): Promise<void> {
    const outcome = await this.firstWord.hear(this.session.reconcile());
    if (outcome === 'silence')
      this.parts.log.warn(
        {},
        'the server does not answer; what was ordered before the start is begun without its word',
      );
    this.executor.wake();
  }

  /** What a command key ordered that was revoked since waits for the server to say it again; what it does not say again is dropped. */
  private askAgainForHeld(): void {
    if (!this.executor.holdBack()) return;
    this.parts.log.warn({}, 'commands whose key was revoked wait until the server has said them again');
    void this.session.reconcileSoon();
  }

  /**
   * @param graceMs how long a running installer may still take
   */
  async stop(graceMs: number): Promise<void> {
    this.restarts.stop();
    await this.executor.stop(graceMs);
    await this.sender.drained(Math.min(graceMs, 2_000));
    await this.session.stop();
  }

  private createSession(sessions: SessionKeeper, intake: CommandIntake): AgentSession {
    const { computerId, door, journal, clock, log, backOff, reconcileSpreadMs } = this.parts;
    return new AgentSession({
      tokens: this.tokens,
      sessions,
      sender: this.sender,
      clock,
      log,
      backOff,
      reconcileSpreadMs,
      connect: ({ url, vhost }, events) => {
        const credentials = async () => {
          const { value, expiresAt } = await this.tokens.current();
          return { username: `a-${computerId}`, password: value, expiresAt };
        };
        return new AmqpAgentBroker({ url, vhost, computerId, credentials, events, backOff });
      },
      reader: (subscription) =>
        new StreamReader(
          {
            computerId,
            journal,
            intake,
            log,
            onGap: () => void this.session.reconcile(),
            onDoubt: () => void this.session.reconcileSoon(),
            onStuck: () => void this.session.restartReading(),
          },
          subscription,
        ),
      desiredState: async () => door.desiredState((await this.tokens.current()).value),
      applyDesiredState: (ask) =>
        applyDesiredState({ journal, intake, executor: this.executor, reports: this.reports }, ask),
      onSubscribed: this.parts.onSubscribed,
    });
  }
}
