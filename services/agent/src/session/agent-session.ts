import type { DesiredStateResponse, SessionResponse } from '@waybill/contracts/agent';
import type { BackOff as BackOffBounds } from '@waybill/messaging/client';
import type { AgentBroker, AgentBrokerEvents } from '../broker/agent-broker.js';
import type { Log } from '../log.js';
import type { ReportSender } from '../reports/report-sender.js';
import { BackOff } from '../retry/back-off.js';
import type { Clock } from '../time/clock.js';
import type { SessionKeeper } from './session-keeper.js';
import type { StreamReader } from './stream-reader.js';
import type { TokenKeeper } from './token-keeper.js';

export interface AgentSessionParts {
  tokens: TokenKeeper;
  sessions: SessionKeeper;
  sender: ReportSender;
  clock: Clock;
  log: Log;
  connect(address: SessionResponse['broker'], events: AgentBrokerEvents): AgentBroker;
  reader(subscription: SessionResponse['subscriptions'][number]): StreamReader;
  desiredState(): Promise<DesiredStateResponse>;
  applyDesiredState(ask: () => Promise<DesiredStateResponse>): Promise<void>;
  /** subscribed to every stream, after each connect */
  onSubscribed?(): void;
  backOff?: BackOffBounds;
  /** milliseconds over which agents that came back together ask for the desired state; default 30 s */
  reconcileSpreadMs?: number;
}

/** Milliseconds until a broker that cannot be used is tried again. */
const UNUSABLE_MS = 300_000;
/** Milliseconds over which agents that came back together read their sessions. */
const RECONNECT_SPREAD_MS = 5_000;
/** The same for the desired state, which costs the server more, and its least distance: thousands may come back at once, again and again. */
const RECONCILE_SPREAD_MS = 30_000;
const RECONCILE_EVERY_MS = 60_000;
/** Milliseconds without a lost stream after which the next one is a surprise again. */
const CALM_MS = 60_000;

/** Keeps the computer connected: session, streams and reports, through lost connections and changes of its groups. */
export class AgentSession {
  private broker: AgentBroker | null = null;
  private address = '';
  private readers: StreamReader[] = [];
  private readonly stop$ = new AbortController();
  private readonly backOff: BackOff;
  private refreshing: Promise<void> | null = null;
  private refreshAgain = false;
  private stale = false;
  private wasDisconnected = false;
  private wasSubscribed = false;
  private reconcileDue = false;
  private reconciledAt = -Infinity;
  private readonly lostBackOff = new BackOff(1_000, 300_000);
  private lostAt = 0;

  constructor(private readonly parts: AgentSessionParts) {
    const { baseMs, maxMs } = parts.backOff ?? { baseMs: 1_000, maxMs: 60_000 };
    this.backOff = new BackOff(baseMs, maxMs);
  }

  get connection(): AgentBroker | null {
    return this.broker;
  }

  /** Connects in the background and stays connected until {@link stop}. */
  start(): void {
    void this.refresh();
  }

  /** Takes over the session of this moment, with new rights; calls while one runs lead to one more. */
  refresh(renewToken = false): Promise<void> {
    if (this.refreshing) {
      this.refreshAgain = true;
      this.stale ||= renewToken;
      return this.refreshing;
    }
    this.stale = renewToken;
    this.refreshing = this.refreshUntilDone().finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  /** Asks for the desired state, again and again until it was applied. */
  async reconcile(): Promise<void> {
    const backOff = new BackOff(2_000, 60_000);
    while (!this.stop$.signal.aborted) {
      try {
        return await this.parts.applyDesiredState(() => this.parts.desiredState());
      } catch (error) {
        this.parts.log.warn({ err: error }, 'the desired state could not be read; it will be tried again');
        await this.pause(1_000 + backOff.next(error));
      }
    }
  }

  /** A message could not be journaled: reads everything again from the journal's positions, a little later. */
  async restartReading(): Promise<void> {
    await this.pause(5_000);
    this.broker?.sever();
  }

  async stop(): Promise<void> {
    this.stop$.abort();
    this.parts.tokens.stop();
    this.parts.sender.stop();
    await this.broker?.close();
  }

  private async refreshUntilDone(): Promise<void> {
    while (!this.stop$.signal.aborted) {
      try {
        this.refreshAgain = false;
        if (this.stale) await this.renewToken();
        this.stale = false;
        await this.adopt(await this.parts.sessions.read());
        this.backOff.reset();
        if (!this.refreshAgain) return;
      } catch (error) {
        if (this.stop$.signal.aborted) return;
        this.parts.log.warn({ err: error }, 'no session yet; it will be tried again');
        await this.pause(this.backOff.next(error));
      }
    }
  }

  /** New rights reach the broker before the streams that need them are subscribed. */
  private async renewToken(): Promise<void> {
    const token = await this.parts.tokens.renew();
    await this.broker?.renewToken(token.value, token.expiresAt);
  }

  private async adopt(session: SessionResponse): Promise<void> {
    const address = JSON.stringify(session.broker);
    if (this.broker && this.address !== address) {
      await this.broker.close();
      this.broker = null;
    }
    const missed = this.parts.sessions.missedMessages(session);
    const known = new Map(this.readers.map((reader) => [reader.key, reader]));
    this.readers = session.subscriptions.map((subscription) => {
      const reader = this.parts.reader(subscription);
      return known.get(reader.key) ?? reader;
    });
    this.address = address;
    const broker = (this.broker ??= this.parts.connect(session.broker, this.events()));
    await broker.setStreams(this.readers);
    if (missed) void this.reconcile();
  }

  private events(): AgentBrokerEvents {
    return {
      onSubscribed: () => {
        this.parts.sessions.touch();
        this.parts.sender.attach(this.broker);
        this.parts.onSubscribed?.();
        if (this.wasDisconnected) void this.refreshAfterReconnect();
        if (this.wasDisconnected && this.wasSubscribed) void this.reconcileSoon();
        this.wasDisconnected = false;
        this.wasSubscribed = true;
      },
      onDisconnected: (reason) => {
        this.wasDisconnected = true;
        this.parts.sender.attach(null);
        this.parts.log.warn({ err: reason }, 'not connected to the broker; trying again');
      },
      onStreamLost: (stream, reason) => {
        this.parts.log.warn({ err: reason, stream }, 'a command stream was lost; reading the session again');
        void this.refreshAfterLoss();
      },
      onUnusable: (reason) => {
        this.parts.log.error({ err: reason }, 'this broker cannot be used');
        void this.replaceBroker();
      },
    };
  }

  /** What changed while the computer was away is in the session; spread, because others came back at the same moment. */
  private async refreshAfterReconnect(): Promise<void> {
    await this.pause(Math.random() * RECONNECT_SPREAD_MS);
    await this.refresh();
  }

  /**
   * Asks for the desired state, spread and not too often. After a reconnect: a broker that lost the newest command leaves no gap in
   * the numbers that would show it. Not at the first connect: a start is no sign that the broker lost anything. And after a
   * command that was refused although it might be wanted: whoever can write to a stream can cause no more than this.
   */
  async reconcileSoon(): Promise<void> {
    if (this.reconcileDue) return;
    this.reconcileDue = true;
    const spread = Math.random() * (this.parts.reconcileSpreadMs ?? RECONCILE_SPREAD_MS);
    await this.pause(Math.max(spread, this.reconciledAt + RECONCILE_EVERY_MS - Date.now()));
    this.reconcileDue = false;
    this.reconciledAt = Date.now();
    await this.reconcile();
  }

  /** The first loss is looked into at once; a stream that is refused again and again although the session names it, ever more rarely. */
  private async refreshAfterLoss(): Promise<void> {
    const now = Date.now();
    if (now - this.lostAt > CALM_MS) this.lostBackOff.reset();
    else await this.pause(this.lostBackOff.next());
    this.lostAt = now;
    await this.refresh(true);
  }

  private async replaceBroker(): Promise<void> {
    await this.pause(UNUSABLE_MS);
    await this.broker?.close();
    this.broker = null;
    await this.refresh();
  }

  private async pause(milliseconds: number): Promise<void> {
    await this.parts.clock.sleep(milliseconds, this.stop$.signal).catch(() => {});
  }
}
