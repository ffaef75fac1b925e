import type { UserPolicy } from '@waybill/contracts/agent';
import { Catalogue } from '../src/catalogue/catalogue.js';
import { STEPS, newAttempt } from '../src/execution/attempt.js';
import { verdictOf } from '../src/execution/decide-step.js';
import { Executor } from '../src/execution/executor.js';
import type { StepOutcome } from '../src/execution/step-runner.js';
import type { AttemptRecord } from '../src/journal/journal.records.js';
import { MemoryJournal } from '../src/journal/memory-journal.js';
import { LocalDesk } from '../src/local/local-desk.js';
import { silentLog } from '../src/log.js';
import { ReportWriter } from '../src/reports/report-writer.js';
import { OwnTime } from '../src/time/own-time.js';
import { InstallOffers } from '../src/user/install-offers.js';
import type { Notice } from '../src/user/notifier.js';
import { RestartKeeper } from '../src/user/restart-keeper.js';
import { RunningTime } from '../src/user/running-time.js';
import { InstallWindows } from '../src/windows/install-windows.js';
import type { StepWaitsParts } from '../src/execution/step-waits.js';
import { executeCommand } from './commands.js';
import { waitsOf } from './waits.js';
import { MovableClock } from './movable-clock.js';

const WEEK = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** The executor of a computer with users, on a clock of the spec. */
export class UserWorld {
  readonly clock = new MovableClock();
  readonly journal = new MemoryJournal();
  readonly notices: Notice[] = [];
  /** logged in at this moment */
  users = 1;
  /** how many users a notice reaches */
  reach: () => Promise<number> = () => Promise.resolve(this.users);
  readonly steps: string[] = [];
  /** when each step began last, by the clock of the computer */
  readonly began = new Map<string, number>();
  readonly restarts: number[] = [];
  held = false;
  /** how installers end */
  installs: () => StepOutcome | Promise<StepOutcome> = () => ({ ok: true });
  executor!: Executor;
  offers!: InstallOffers;
  keeper!: RestartKeeper;
  desk!: LocalDesk;
  windows!: InstallWindows;

  /** @param waits what the computer waits for before it fetches; default: for nothing */
  constructor(private readonly waits: Pick<Partial<StepWaitsParts>, 'bandwidth' | 'spread'> = {}) {
    this.boot();
  }

  /** A further process of the agent on the same journal, perhaps after the computer has restarted. */
  boot(bootId = 'this'): Executor {
    const { clock, journal } = this;
    const reports = new ReportWriter('computer', journal, clock);
    const tell = (notice: Notice) => (this.notices.push(notice), this.reach());
    const [notifier, log] = [{ tell }, silentLog];
    const time = () => new RunningTime(() => clock.running);
    this.windows = new InstallWindows(journal);
    const own = new OwnTime(clock, () => 'UTC');
    this.offers = new InstallOffers({ journal, clock, reports, notifier, time: time(), own });
    const restarter = { restart: () => Promise.resolve(void this.restarts.push(clock.now())) };
    const standStill = (signal: AbortSignal) => this.executor.standStill(signal);
    this.keeper = new RestartKeeper({ journal, clock, log, notifier, restarter, bootId, standStill, time: time() });
    const nothing = () => Promise.reject(new Error('no server is there'));
    const catalogue = new Catalogue({ journal, items: nothing, take: nothing });
    this.desk = new LocalDesk({
      journal,
      offers: this.offers,
      restarts: this.keeper,
      catalogue,
      computerId: 'spec',
      connected: () => true,
    });
    this.executor = new Executor({
      journal,
      clock,
      reports,
      log,
      bootId,
      waits: waitsOf({ journal, clock, time: own, offers: this.offers, windows: this.windows, ...this.waits }),
      time: own,
      offers: this.offers,
      restarts: this.keeper,
      runner: {
        run: (step) => this.run(step),
        recover: () => Promise.resolve(),
        outputTail: () => null,
        release: () => {},
      },
      chooseVariant: ({ command }) => command.manifest.variants[0]!,
      mayBegin: () => !this.held,
    });
    return this.executor;
  }

  order(user: Partial<UserPolicy> | undefined, more: object = {}): AttemptRecord {
    const expiresAt = new Date(this.clock.now() + 30 * 86_400_000).toISOString();
    const policy: UserPolicy = { notify: true, deferrals: 0, restart: 'never', ...user };
    const command = executeCommand({ audience: { shard: 1 }, expiresAt, ...(user && { user: policy }), ...more });
    const attempt = newAttempt(command, new Date(this.clock.now()).toISOString());
    this.journal.insertAttempt(attempt);
    this.executor.wake();
    return attempt;
  }

  /** Sees what those who do not sleep do. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  of(attempt: AttemptRecord): AttemptRecord {
    return this.journal.attempt(attempt)!;
  }

  get installed(): number {
    return this.steps.filter((step) => step === STEPS.install).length;
  }

  /** The computer may be changed in one hour of each day that begins so many minutes from now. */
  openIn(minutes: number): void {
    const minute = (later: number) => new Date(this.clock.now() + later * 60_000).toISOString().slice(11, 16);
    const intervals = [{ days: [...WEEK], from: minute(minutes), to: minute(minutes + 60) }];
    this.windows.adopt([{ group: 'accounting', zone: 'UTC', intervals }]);
  }

  private async run(step: string): Promise<StepOutcome> {
    this.steps.push(step);
    this.began.set(step, this.clock.now());
    if (step === STEPS.install) return this.installs();
    if (step !== STEPS.detection) return { ok: true };
    return { ok: true, verdict: verdictOf('succeeded', 'alreadyInstalled', '', { evidence: 'found' }) };
  }
}
