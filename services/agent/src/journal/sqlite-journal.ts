import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { WaybillError } from '@waybill/contracts/agent';
import type { CrashPoint } from './crash-point.js';
import type { AttemptChange, Journal } from './journal.js';
import type {
  AttemptKey,
  AttemptRecord,
  CancelRecord,
  StepRecord,
  StreamPosition,
  UnsentReport,
} from './journal.records.js';
import { JOURNAL_MIGRATIONS } from './journal.sql.js';
import { toAttempt, toCancel, toStep, toUnsent } from './sqlite-rows.js';

const ATTEMPT = 'job_id = ? AND run = ? AND attempt = ?';
const COLUMNS: Record<keyof AttemptChange, string> = {
  command: 'command',
  status: 'status',
  verdict: 'verdict',
  cancel: 'cancel',
  reportSeq: 'report_seq',
  finishedAt: 'finished_at',
  bootId: 'boot_id',
  lastReport: 'last_report',
  offer: 'offer',
  restart: 'restart',
};

/** `PRAGMA synchronous`: 0 OFF, 1 NORMAL (in WAL the last commits may be lost), 2 FULL, 3 EXTRA. */
const SYNCHRONOUS_FULL = 2;

interface Durability {
  journalMode: string;
  /** as in {@link SYNCHRONOUS_FULL} */
  synchronous: number;
  foreignKeys: boolean;
}

/** {@link Journal} in one SQLite file: WAL, `synchronous=FULL`, opened by one agent at a time. */
export class SqliteJournal implements Journal {
  private readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private inside = false;

  /**
   * @param path file, made when missing
   * @throws WaybillError `journal.locked` when another agent has it open; `journal.notDurable` when a commit would not be on disk
   */
  constructor(
    path: string,
    private readonly crash?: CrashPoint,
  ) {
    this.database = new DatabaseSync(path);
    try {
      this.database.exec(
        'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; BEGIN IMMEDIATE; COMMIT;',
      );
    } catch (error) {
      this.database.close();
      throw new WaybillError(
        'conflict',
        'journal.locked',
        `${path} is in use by another agent or cannot be written: ${(error as Error).message}`,
      );
    }
    const { synchronous } = this.durability;
    if (synchronous < SYNCHRONOUS_FULL) {
      this.database.close();
      throw new WaybillError(
        'unavailable',
        'journal.notDurable',
        `${path} is opened with synchronous=${synchronous}: what is written to it would not survive a power loss.`,
      );
    }
    this.migrate();
  }

  /** What SQLite itself says about this connection; a setting that it did not take would else go unnoticed. */
  get durability(): Durability {
    return {
      journalMode: this.one('PRAGMA journal_mode')!['journal_mode'] as string,
      synchronous: this.one('PRAGMA synchronous')!['synchronous'] as number,
      foreignKeys: this.one('PRAGMA foreign_keys')!['foreign_keys'] === 1,
    };
  }

  transact<T>(boundary: string, work: () => T): T {
    if (this.inside) return work();
    this.inside = true;
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.crash?.before(boundary);
      this.database.exec('COMMIT');
      this.crash?.after(boundary);
      return result;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    } finally {
      this.inside = false;
    }
  }

  get(key: string): string | null {
    return (this.one('SELECT value FROM kv WHERE key = ?', key)?.['value'] as string | undefined) ?? null;
  }

  set(key: string, value: string): void {
    this.run(
      'INSERT INTO kv (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      key,
      value,
    );
  }

  remove(key: string): void {
    this.run('DELETE FROM kv WHERE key = ?', key);
  }

  entries(prefix: string): Map<string, string> {
    const rows = this.all('SELECT key, value FROM kv WHERE substr(key, 1, ?) = ?', prefix.length, prefix);
    return new Map(rows.map((row) => [(row['key'] as string).slice(prefix.length), row['value'] as string]));
  }

  position(stream: string): StreamPosition | null {
    const row = this.one('SELECT position, seq FROM streams WHERE stream = ?', stream);
    return row ? { offset: row['position'] as number, seq: row['seq'] as number | null } : null;
  }

  advance(stream: string, { offset, seq }: StreamPosition): void {
    this.run(
      'INSERT INTO streams (stream, position, seq) VALUES (?, ?, ?) ON CONFLICT (stream) DO UPDATE SET position = excluded.position, seq = excluded.seq',
      stream,
      offset,
      seq,
    );
  }

  firstSeen(commandId: string, expiresAt: string): boolean {
    return (
      this.run(
        'INSERT INTO commands (id, expires_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING',
        commandId,
        expiresAt,
      ) === 1
    );
  }

  insertAttempt(record: AttemptRecord): void {
    this.run(
      'INSERT INTO executions (job_id, run, attempt, command, accepted_at, status, verdict, cancel, report_seq, finished_at, boot_id, last_report, not_before, offer, restart, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...identity(record),
      JSON.stringify(record.command),
      record.acceptedAt,
      record.status,
      json(record.verdict),
      json(record.cancel),
      record.reportSeq,
      record.finishedAt,
      record.bootId,
      json(record.lastReport),
      record.notBefore,
      json(record.offer),
      json(record.restart),
      record.command.expiresAt,
    );
    for (const step of record.steps) this.putStep(record, step);
  }

  attempt(key: AttemptKey): AttemptRecord | null {
    const row = this.one(`SELECT * FROM executions WHERE ${ATTEMPT}`, ...identity(key));
    return row ? toAttempt(row, this.steps(key)) : null;
  }

  changeAttempt(key: AttemptKey, change: AttemptChange): void {
    const fields = Object.keys(change) as (keyof AttemptChange)[];
    if (fields.length === 0) return;
    const values = fields.map(
      (field) => (typeof change[field] === 'object' ? json(change[field]) : change[field]) as SQLInputValue,
    );
    this.run(
      `UPDATE executions SET ${fields.map((field) => `${COLUMNS[field]} = ?`).join(', ')} WHERE ${ATTEMPT}`,
      ...values,
      ...identity(key),
    );
  }

  putStep(key: AttemptKey, step: StepRecord): void {
    const ok = step.ok === null ? null : Number(step.ok);
    this.run(
      `INSERT INTO steps (job_id, run, attempt, name, started_at, finished_at, ok, detail, exit_code, process) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (job_id, run, attempt, name) DO UPDATE SET started_at = excluded.started_at, finished_at = excluded.finished_at,
         ok = excluded.ok, detail = excluded.detail, exit_code = excluded.exit_code, process = excluded.process`,
      ...identity(key),
      step.name,
      step.startedAt,
      step.finishedAt,
      ok,
      step.detail,
      step.exitCode,
      json(step.process),
    );
  }

  openAttempts(): AttemptRecord[] {
    return this.all('SELECT * FROM executions WHERE finished_at IS NULL ORDER BY accepted_at, rowid').map((row) =>
      this.withSteps(row),
    );
  }

  attemptsOf(jobId: string, run: number): AttemptRecord[] {
    return this.all('SELECT * FROM executions WHERE job_id = ? AND run = ? ORDER BY attempt', jobId, run).map((row) =>
      this.withSteps(row),
    );
  }

  lastEnded(limit: number): AttemptRecord[] {
    return this.all(
      'SELECT * FROM executions WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, rowid DESC LIMIT ?',
      limit,
    ).map((row) => this.withSteps(row));
  }

  rememberCancel(cancel: CancelRecord): void {
    this.run(
      `INSERT INTO cancels (job_id, run, attempt, status, reason, expires_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (job_id, run) DO UPDATE SET attempt = excluded.attempt, status = excluded.status, reason = excluded.reason, expires_at = excluded.expires_at
       WHERE excluded.attempt >= cancels.attempt`,
      ...identity(cancel),
      cancel.status,
      cancel.reason,
      cancel.expiresAt,
    );
  }

  cancelFor(key: AttemptKey): CancelRecord | null {
    const row = this.one('SELECT * FROM cancels WHERE job_id = ? AND run = ? AND attempt >= ?', ...identity(key));
    return row ? toCancel(row) : null;
  }

  putReport({ id, report, final, refusal = false }: UnsentReport): void {
    if (!refusal) this.run(`DELETE FROM reports WHERE ${ATTEMPT} AND refusal = 0`, ...identity(report));
    this.run(
      'INSERT INTO reports (id, job_id, run, attempt, final, refusal, report) VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      ...identity(report),
      Number(final),
      Number(refusal),
      JSON.stringify(report),
    );
  }

  unsent(): UnsentReport[] {
    return this.all('SELECT * FROM reports ORDER BY ordinal').map(toUnsent);
  }

  confirm(reportId: string): void {
    this.run('DELETE FROM reports WHERE id = ?', reportId);
  }

  prune(before: string): void {
    this.transact('prune', () => {
      this.run('DELETE FROM commands WHERE expires_at < ?', before);
      this.run('DELETE FROM cancels WHERE expires_at < ?', before);
      this.run('DELETE FROM executions WHERE finished_at < ? AND expires_at < ?', before, before);
    });
  }

  close(): void {
    this.database.close();
  }

  private migrate(): void {
    const version = this.one('PRAGMA user_version')!['user_version'] as number;
    JOURNAL_MIGRATIONS.slice(version).forEach((script, index) =>
      this.database.exec(`BEGIN; ${script}; PRAGMA user_version = ${version + index + 1}; COMMIT;`),
    );
  }

  private withSteps(row: Record<string, unknown>): AttemptRecord {
    return toAttempt(
      row,
      this.steps({ jobId: row['job_id'] as string, run: row['run'] as number, attempt: row['attempt'] as number }),
    );
  }

  private steps(key: AttemptKey): StepRecord[] {
    return this.all(`SELECT * FROM steps WHERE ${ATTEMPT} ORDER BY id`, ...identity(key)).map(toStep);
  }

  private run(sql: string, ...params: SQLInputValue[]): number {
    return Number(this.statement(sql).run(...params).changes);
  }

  private one(sql: string, ...params: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.statement(sql).get(...params);
  }

  private all(sql: string, ...params: SQLInputValue[]): Record<string, unknown>[] {
    return this.statement(sql).all(...params);
  }

  private statement(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.database.prepare(sql)));
    return statement;
  }
}

function identity({ jobId, run, attempt }: AttemptKey): [string, number, number] {
  return [jobId, run, attempt];
}

function json(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
