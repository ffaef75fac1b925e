import {
  type ExecutionCounters,
  emptyCounters,
  type JobProgressed,
  type ResolvedTarget,
  waveOf,
} from '@waybill/contracts';
import { decideExpire } from '../cancellation/decide-expire.js';
import { decideExecutionsReady } from '../dispatch/decide-executions-ready.js';
import { at } from '../jobs/a-job.fixture.spec.js';
import { type Decision, type Effect, type TimerKind, unchanged } from '../jobs/decision.js';
import { decideStart } from '../jobs/decide-start.js';
import type { FoundSoFar, Job } from '../jobs/job.js';
import { timerChanges } from '../jobs/timer-changes.js';
import { decideProgress } from '../progress/decide-progress.js';
import { decideReopened } from '../reexecution/decide-reopened.js';
import { decideRollout } from '../rollout/decide-rollout.js';
import { percentsOf } from '../rollout/rollout.js';
import { decideResolved, decideResolving } from '../targets/decide-resolved.js';
import { isToldEarly, withPage } from '../targets/found-so-far.js';

/** How a process dies with what it has in hand: before it has committed, or after that and before it has said so. */
export type Death = 'none' | 'before' | 'after';

type Status = 'queued' | 'installing' | 'succeeded' | 'failed' | 'canceled' | 'expired';
const FINAL: readonly Status[] = ['succeeded', 'failed', 'canceled', 'expired'];

interface Execution {
  wave: number;
  attempt: number;
  status: Status;
  /** the server said it, not the computer */
  presumed: boolean;
}

/** What computers read, in its order. */
type Command =
  | { kind: 'execute'; attempt: number; computers: ReadonlySet<string> | null; wave: number | null }
  | { kind: 'hold'; held: boolean }
  | { kind: 'cancel'; attempt: number; closing: 'canceled' | 'expired' };

interface Computer {
  /** commands that it has read */
  read: number;
  held: boolean;
  /** newest attempt that it knows; 0: none */
  attempt: number;
  state: 'idle' | 'waiting' | 'installing';
  /** installations by attempt */
  installed: Map<number, number>;
}

/** What services tell each other, in any order and any number of times. */
type Message =
  | { to: 'result'; kind: 'targets'; chunk: number; chunks: number | null; targets: readonly string[] }
  | { to: 'result'; kind: 'close'; attempt: number; closing: 'canceled' | 'expired' }
  | { to: 'result'; kind: 'report'; computer: string; attempt: number; status: Status }
  | { to: 'scheduler'; kind: 'ready' }
  | { to: 'scheduler'; kind: 'progress'; word: Omit<JobProgressed, 'v' | 'jobId' | 'at'> };

/** One scheduler's search for targets; lost when it dies. */
interface Search {
  job: Job;
  found: FoundSoFar | null;
}

const NO_POLICY = { above: 0, groups: [] };
const PAGE = 100;

/**
 * The engine's rules in a world without servers: one job, its fleet, two schedulers, result, and a broker that loses nothing, keeps no order and
 * repeats itself. Every step is one transaction of one process, which may die before or after its commit. What happens is the caller's choice;
 * what must never happen is checked here.
 */
export class EngineWorld {
  now = 0;
  readonly timers = new Map<TimerKind, Date>();
  readonly executions = new Map<string, Execution>();
  readonly broker: Message[] = [];
  readonly stream: Command[] = [];
  readonly computers = new Map<string, Computer>();
  private outbox: (Message | { to: 'stream'; command: Command })[] = [];
  private readonly searches: (Search | null)[] = [null, null];
  private readonly targets: string[] = [];
  // result's
  private readonly chunks = new Set<number>();
  private of: number | null = null;
  private readonly closings: { attempt: number; closing: 'canceled' | 'expired' }[] = [];
  private readonly reopened = new Map<string, string[]>();

  constructor(
    public job: Job,
    readonly fleet: readonly string[],
    /** whether the installation of that attempt fails there */
    private readonly fails: (computer: string, attempt: number) => boolean,
  ) {
    this.timers.set('start', job.startsAt).set('expire', job.expiresAt);
    for (const id of fleet)
      this.computers.set(id, { read: 0, held: false, attempt: 0, state: 'idle', installed: new Map() });
  }

  get clock(): Date {
    return at(this.now);
  }

  /** A person's order; a refusal changes nothing. */
  order(decide: (job: Job, now: Date) => Decision): void {
    let decision: Decision;
    try {
      decision = decide(this.job, this.clock);
    } catch {
      return;
    }
    this.store(decision);
  }

  /** The first timer that is due, if there is one, comes to this scheduler. */
  timer(scheduler: 0 | 1, death: Death): void {
    const due = [...this.timers].filter(([, dueAt]) => dueAt <= this.clock).sort(([, a], [, b]) => +a - +b)[0];
    if (!due || death === 'before') return;
    const [kind] = due;
    if (kind === 'resolve') return this.search(scheduler, death);
    if (kind === 'reexecute') return this.reopen(death);
    const decide = {
      start: decideStart,
      expire: decideExpire,
      wave: decideRollout,
      presence: unchanged,
      members: unchanged,
    }[kind];
    this.timers.delete(kind);
    this.store(decide(this.job, this.clock));
  }

  /** One page of this scheduler's search, or its end. */
  page(scheduler: 0 | 1, death: Death): void {
    const search = this.searches[scheduler];
    if (!search || death === 'before') return this.die(scheduler);
    const { job } = search;
    if (search.found?.after === null) {
      const { total, waveTotals, unknownGroupIds, guarded, resolvedAt } = search.found;
      const found = { total, waveTotals: waveTotals ?? undefined, unknownGroupIds, guarded };
      const resolution = { ...found, resolution: job.resolution!, resolvedAt: new Date(resolvedAt), withdrawn: false };
      this.searches[scheduler] = null;
      return this.store(decideResolved(this.job, resolution, this.clock));
    }
    const after = search.found?.after;
    const rest = this.fleet.filter((id) => !after || id > after);
    const ids = rest.slice(0, PAGE);
    const page = {
      resolvedAt: search.found?.resolvedAt ?? this.clock.toISOString(),
      targets: ids.map(target),
      after: rest.length > PAGE ? ids.at(-1)! : null,
      unknownGroupIds: [],
      reachedGuarded: [],
    };
    const found = withPage(job, search.found, page, isToldEarly(job, NO_POLICY));
    // the fence of the statement that stores a page
    const { resolution, status, phase } = this.job;
    if (resolution !== job.resolution || status !== 'running' || phase !== 'resolving') return this.die(scheduler);
    this.job = { ...this.job, found };
    this.targets.push(...ids);
    if (found.chunks > 0)
      this.outbox.push({ to: 'result', kind: 'targets', chunk: found.chunks - 1, chunks: null, targets: ids });
    search.found = found;
    if (death === 'after') this.die(scheduler);
  }

  private die(scheduler: 0 | 1): void {
    this.searches[scheduler] = null;
  }

  private search(scheduler: 0 | 1, death: Death): void {
    const resolution = `${scheduler}-${this.now}-${this.outbox.length}-${this.targets.length}`;
    const decision = decideResolving(this.job, resolution);
    this.store(decision);
    const { job } = decision;
    this.searches[scheduler] = job.resolution === resolution && death === 'none' ? { job, found: job.found } : null;
  }

  private reopen(death: Death): void {
    const pending = this.job.reexecution;
    if (!pending) {
      this.timers.delete('reexecute');
      return;
    }
    let computers = this.reopened.get(pending.requestId);
    if (!computers) {
      computers = [...this.executions].filter(([, { status }]) => status === 'failed').map(([id]) => id);
      this.reopened.set(pending.requestId, computers);
      for (const id of computers) {
        const { wave } = this.executions.get(id)!;
        this.executions.set(id, { wave, attempt: pending.attempt, status: 'queued', presumed: false });
      }
    }
    if (death !== 'none') return;
    const { requestId } = pending;
    this.store(decideReopened(this.job, { requestId, computers, failed: computers.length }, this.clock));
  }

  /** The relay sends one row. Services' words go in any order, a stream's in its own. */
  relay(pick: number, death: Death): void {
    if (this.outbox.length === 0 || death === 'before') return;
    let index = pick % this.outbox.length;
    if (this.outbox[index]!.to === 'stream') index = this.outbox.findIndex(({ to }) => to === 'stream');
    const row = this.outbox[index]!;
    // a command that comes twice has the same number and is ignored the second time: it is not written twice here
    if (row.to === 'stream') this.stream.push(row.command);
    else this.broker.push(row);
    if (death === 'none' || row.to === 'stream') this.outbox.splice(index, 1);
  }

  get waiting(): number {
    return this.outbox.length;
  }

  /** One message is handled. */
  deliver(pick: number, death: Death): void {
    if (this.broker.length === 0 || death === 'before') return;
    const index = pick % this.broker.length;
    const message = this.broker[index]!;
    if (message.to === 'result') this.result(message);
    else if (message.kind === 'ready')
      this.store(decideExecutionsReady(this.job, { run: 1, withdrawn: false }, this.clock));
    else this.store(decideProgress(this.job, message.word, this.clock));
    if (death === 'none') this.broker.splice(index, 1);
  }

  /** A computer reads its next command, begins, or ends. */
  act(pick: number): void {
    const id = this.fleet[pick % this.fleet.length];
    if (id === undefined) return;
    const computer = this.computers.get(id)!;
    if (computer.state === 'installing') {
      computer.state = 'idle';
      return this.report(id, this.fails(id, computer.attempt) ? 'failed' : 'succeeded');
    }
    const command = this.stream[computer.read];
    if (command) {
      computer.read++;
      return this.obey(id, computer, command);
    }
    if (computer.state !== 'waiting' || computer.held) return;
    computer.state = 'installing';
    const times = (computer.installed.get(computer.attempt) ?? 0) + 1;
    computer.installed.set(computer.attempt, times);
    expect(times).toBe(1);
    this.report(id, 'installing');
  }

  private obey(id: string, computer: Computer, command: Command): void {
    if (command.kind === 'hold') computer.held = command.held;
    if (command.kind === 'cancel' && computer.state === 'waiting' && computer.attempt <= command.attempt) {
      computer.state = 'idle';
      this.report(id, command.closing);
    }
    if (command.kind !== 'execute' || command.attempt <= computer.attempt) return;
    const wave = waveOf(this.job.id, id, percentsOf(this.job));
    if (command.computers ? !command.computers.has(id) : command.wave !== null && command.wave !== wave) return;
    computer.attempt = command.attempt;
    computer.state = 'waiting';
  }

  private report(computer: string, status: Status): void {
    const { attempt } = this.computers.get(computer)!;
    this.broker.push({ to: 'result', kind: 'report', computer, attempt, status });
  }

  private result(message: Message & { to: 'result' }): void {
    if (message.kind === 'targets') return this.assign(message);
    if (message.kind === 'report') {
      const execution = this.executions.get(message.computer)!;
      if (message.attempt !== execution.attempt) return;
      const yields = execution.presumed && (message.status === 'succeeded' || message.status === 'failed');
      if (FINAL.includes(execution.status) && !yields) return;
      if (message.status === 'installing' && execution.status !== 'queued') return;
      this.executions.set(message.computer, { ...execution, status: message.status, presumed: false });
    } else {
      this.closings.push(message);
      for (const [id, execution] of this.executions) this.close(id, execution);
    }
    this.tell();
  }

  private assign({ chunk, chunks, targets }: Message & { kind: 'targets' }): void {
    this.of ??= chunks;
    if (!this.chunks.has(chunk))
      for (const id of targets) {
        expect(this.executions.has(id)).toBe(false);
        const wave = waveOf(this.job.id, id, percentsOf(this.job));
        const execution: Execution = { wave, attempt: 1, status: 'queued', presumed: false };
        this.executions.set(id, execution);
        this.close(id, execution);
      }
    this.chunks.add(chunk);
    if (this.ready) this.broker.push({ to: 'scheduler', kind: 'ready' });
    this.tell();
  }

  private get ready(): boolean {
    return this.of !== null && this.chunks.size >= this.of;
  }

  private close(id: string, execution: Execution): void {
    const closing = this.closings.find(({ attempt }) => execution.attempt <= attempt);
    if (!closing || execution.status !== 'queued') return;
    this.executions.set(id, { ...execution, status: closing.closing, presumed: true });
  }

  private tell(): void {
    if (this.ready) this.broker.push({ to: 'scheduler', kind: 'progress', word: this.counted() });
  }

  counted(): Omit<JobProgressed, 'v' | 'jobId' | 'at'> & { counters: ExecutionCounters } {
    const all = [...this.executions.values()];
    const counters = emptyCounters();
    for (const { status } of all) counters[status]++;
    const waves = percentsOf(this.job).map((_, i) => {
      const ofWave = all.filter(({ wave }) => wave === i + 1);
      const count = (...words: Status[]) => ofWave.filter(({ status }) => words.includes(status)).length;
      return {
        wave: i + 1,
        total: ofWave.length,
        finished: count(...FINAL),
        succeeded: count('succeeded'),
        failed: count('failed'),
      };
    });
    return {
      run: 1,
      total: all.length,
      counters,
      waves,
      finished: all.filter(({ status }) => FINAL.includes(status)).length,
      attempt: Math.max(1, ...all.map(({ attempt }) => attempt)),
    };
  }

  private store(decision: Decision): void {
    if (!decision.changed) return;
    const before = this.job;
    this.job = decision.job;
    const { clear, set } = timerChanges([decision]);
    for (const { kind } of clear) this.timers.delete(kind);
    for (const { kind, dueAt } of set) this.timers.set(kind, dueAt);
    for (const effect of decision.effects) this.carryOut(effect, before);
  }

  private carryOut(effect: Effect, before: Job): void {
    switch (effect.kind) {
      case 'assignTargets': {
        const told = this.job.found?.chunks ?? 0;
        const targets = told > 0 ? [] : this.targets;
        this.outbox.push({ to: 'result', kind: 'targets', chunk: told, chunks: told + 1, targets });
        return;
      }
      case 'closeExecutions':
        this.outbox.push({ to: 'result', kind: 'close', attempt: effect.attempt, closing: effect.closing });
        return;
      case 'releaseWave':
        this.demandSending(before);
        return this.send({ kind: 'execute', attempt: 1, computers: null, wave: effect.wave ?? null });
      case 'releaseAttempt':
        this.demandSending(before);
        return this.send({
          kind: 'execute',
          attempt: effect.attempt,
          computers: new Set(effect.computers),
          wave: null,
        });
      case 'sendHold':
        return this.send({ kind: 'hold', held: effect.held });
      case 'sendCancel':
        return this.send({ kind: 'cancel', attempt: effect.attempt, closing: effect.closing });
      default:
      // what others are told, or what jobs of this world do not ask for
    }
  }

  /** No command for anybody leaves a job that is not running, nor before all executions exist. */
  private demandSending(before: Job): void {
    expect(this.job.status === 'running' || before.status === 'running').toBe(true);
    expect(this.job.phase).toBe('released');
    expect([...this.executions.keys()].sort()).toEqual(this.fleet);
  }

  private send(command: Command): void {
    this.outbox.push({ to: 'stream', command });
  }
}

function target(computerId: string): ResolvedTarget {
  const unknown = { lastSeenAt: null, platform: null, site: null };
  return { computerId, name: computerId, online: true, covered: true, groups: [0], ...unknown };
}
