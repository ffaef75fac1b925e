import {
  type AttemptKey,
  type AttemptRecord,
  type CancelRecord,
  keyText,
  type StepRecord,
  type StreamPosition,
  type UnsentReport,
} from './journal.records.js';
import type { AttemptChange, Journal } from './journal.js';

/** {@link Journal} without a disk, for simulated agents. Takes back a failed transaction by an undo list. */
export class MemoryJournal implements Journal {
  private readonly values = new Map<string, string>();
  private readonly positions = new Map<string, StreamPosition>();
  private readonly commands = new Map<string, string>();
  private readonly attempts = new Map<string, AttemptRecord>();
  private readonly open = new Set<string>();
  private readonly cancels = new Map<string, CancelRecord>();
  private readonly reports = new Map<string, UnsentReport>();
  private undo: (() => void)[] | null = null;

  transact<T>(_boundary: string, work: () => T): T {
    if (this.undo) return work();
    const undo: (() => void)[] = (this.undo = []);
    try {
      return work();
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    } finally {
      this.undo = null;
    }
  }

  get(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  set(key: string, value: string): void {
    this.put(this.values, key, value);
  }

  remove(key: string): void {
    this.drop(this.values, key);
  }

  entries(prefix: string): Map<string, string> {
    return new Map(
      [...this.values]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value]),
    );
  }

  position(stream: string): StreamPosition | null {
    return this.positions.get(stream) ?? null;
  }

  advance(stream: string, position: StreamPosition): void {
    this.put(this.positions, stream, { ...position });
  }

  firstSeen(commandId: string, expiresAt: string): boolean {
    if (this.commands.has(commandId)) return false;
    this.put(this.commands, commandId, expiresAt);
    return true;
  }

  insertAttempt(record: AttemptRecord): void {
    const key = keyText(record);
    if (this.attempts.has(key)) throw new Error(`attempt ${key} exists`);
    this.put(this.attempts, key, { ...record, steps: [...record.steps] });
    if (!record.finishedAt) this.addOpen(key);
  }

  attempt(key: AttemptKey): AttemptRecord | null {
    const found = this.attempts.get(keyText(key));
    return found ? copy(found) : null;
  }

  changeAttempt(key: AttemptKey, change: AttemptChange): void {
    const text = keyText(key);
    const found = this.attempts.get(text);
    if (!found) return;
    this.put(this.attempts, text, { ...found, ...change });
    if (change.finishedAt && this.open.delete(text)) this.undo?.push(() => this.open.add(text));
  }

  putStep(key: AttemptKey, step: StepRecord): void {
    const text = keyText(key);
    const found = this.attempts.get(text);
    if (!found) return;
    const known = found.steps.some(({ name }) => name === step.name);
    const steps = known
      ? found.steps.map((old) => (old.name === step.name ? { ...step } : old))
      : [...found.steps, { ...step }];
    this.put(this.attempts, text, { ...found, steps });
  }

  openAttempts(): AttemptRecord[] {
    return [...this.open].map((key) => copy(this.attempts.get(key)!));
  }

  attemptsOf(jobId: string, run: number): AttemptRecord[] {
    const prefix = `${jobId}.${run}.`;
    const found = [...this.attempts].filter(([key]) => key.startsWith(prefix)).map(([, record]) => copy(record));
    return found.sort((a, b) => a.attempt - b.attempt);
  }

  lastEnded(limit: number): AttemptRecord[] {
    const ended = [...this.attempts.values()].filter(({ finishedAt }) => finishedAt !== null).reverse();
    return ended
      .sort((a, b) => (a.finishedAt! < b.finishedAt! ? 1 : -1))
      .slice(0, limit)
      .map(copy);
  }

  rememberCancel(cancel: CancelRecord): void {
    const key = `${cancel.jobId}.${cancel.run}`;
    const known = this.cancels.get(key);
    if (!known || known.attempt <= cancel.attempt) this.put(this.cancels, key, { ...cancel });
  }

  cancelFor(key: AttemptKey): CancelRecord | null {
    const found = this.cancels.get(`${key.jobId}.${key.run}`);
    return found && found.attempt >= key.attempt ? { ...found } : null;
  }

  putReport(unsent: UnsentReport): void {
    const key = keyText(unsent.report);
    const superfluous = ({ report, refusal }: UnsentReport) => !refusal && keyText(report) === key;
    if (!unsent.refusal) for (const [id, old] of this.reports) if (superfluous(old)) this.drop(this.reports, id);
    this.put(this.reports, unsent.id, unsent);
  }

  unsent(): UnsentReport[] {
    return [...this.reports.values()];
  }

  confirm(reportId: string): void {
    this.drop(this.reports, reportId);
  }

  prune(before: string): void {
    for (const [id, expiresAt] of this.commands) if (expiresAt < before) this.drop(this.commands, id);
    for (const [key, cancel] of this.cancels) if (cancel.expiresAt < before) this.drop(this.cancels, key);
    for (const [key, record] of this.attempts)
      if (record.finishedAt && record.finishedAt < before && record.command.expiresAt < before)
        this.drop(this.attempts, key);
  }

  close(): void {}

  private addOpen(key: string): void {
    this.open.add(key);
    this.undo?.push(() => this.open.delete(key));
  }

  private put<V>(map: Map<string, V>, key: string, value: V): void {
    const before = map.get(key);
    const had = map.has(key);
    map.set(key, value);
    this.undo?.push(() => (had ? map.set(key, before!) : map.delete(key)));
  }

  private drop<V>(map: Map<string, V>, key: string): void {
    if (!map.has(key)) return;
    const before = map.get(key)!;
    map.delete(key);
    this.undo?.push(() => map.set(key, before));
  }
}

function copy(record: AttemptRecord): AttemptRecord {
  return { ...record, steps: [...record.steps] };
}
