import { newAttempt } from '../src/execution/attempt.js';
import type { Journal } from '../src/journal/journal.js';
import type { UnsentReport } from '../src/journal/journal.records.js';
import { statusReport } from '../src/reports/status-report.js';
import { executeCommand } from './commands.js';

const AUDIENCE = { shard: 1 };
const at = (second: number) => new Date(Date.UTC(2026, 8, 1, 9, 0, second)).toISOString();

function report(id: string, record: ReturnType<typeof newAttempt>, final = false): UnsentReport {
  return { id, final, report: statusReport('c', record, { status: final ? 'succeeded' : 'accepted' }, at(0)) };
}

/** What every journal does, on disk or in memory. */
export function journalContract(create: () => Journal): void {
  let journal: Journal;
  const command = executeCommand({ audience: AUDIENCE });
  const record = newAttempt(command, at(0));

  beforeEach(() => (journal = create()));
  afterEach(() => journal.close());

  it('keeps values by key, and finds them by prefix', () => {
    journal.set('software:a', '1');
    journal.set('software:a', '2');
    journal.set('softwareless', 'x');
    expect([journal.get('software:a'), journal.get('nothing')]).toEqual(['2', null]);
    expect([...journal.entries('software:')]).toEqual([['a', '2']]);
    journal.remove('software:a');
    expect(journal.get('software:a')).toBeNull();
  });

  it('keeps a position per stream', () => {
    expect(journal.position('s')).toBeNull();
    journal.advance('s', { offset: 0, seq: null });
    journal.advance('s', { offset: 7, seq: 3 });
    expect([journal.position('s'), journal.position('t')]).toEqual([{ offset: 7, seq: 3 }, null]);
  });

  it('knows a command that was seen, until it has expired', () => {
    expect([journal.firstSeen('a', at(1)), journal.firstSeen('a', at(1)), journal.firstSeen('b', at(9))]).toEqual([
      true,
      false,
      true,
    ]);
    journal.prune(at(5));
    expect([journal.firstSeen('a', at(1)), journal.firstSeen('b', at(9))]).toEqual([true, false]);
  });

  it('keeps an attempt with its steps in order, each step once', () => {
    journal.insertAttempt(record);
    const step = {
      name: 'download',
      startedAt: at(1),
      finishedAt: null,
      ok: null,
      detail: null,
      exitCode: null,
      process: { pid: 7, startTicks: '99' },
    };
    journal.putStep(record, { ...step, name: 'requirements', process: null });
    journal.putStep(record, step);
    journal.putStep(record, { ...step, finishedAt: at(2), ok: true, detail: 'done', exitCode: 0 });
    journal.changeAttempt(record, { status: 'downloading', reportSeq: 4, cancel: { status: 'canceled', reason: 'x' } });
    const stored = journal.attempt(record)!;
    expect(stored).toMatchObject({
      status: 'downloading',
      reportSeq: 4,
      cancel: { status: 'canceled', reason: 'x' },
      verdict: null,
      command,
    });
    expect(stored.steps.map(({ name }) => name)).toEqual(['requirements', 'download']);
    expect(stored.steps[1]).toEqual({ ...step, finishedAt: at(2), ok: true, detail: 'done', exitCode: 0 });
    expect(() => journal.insertAttempt(record)).toThrow();
  });

  it('lists open attempts, oldest first, and all attempts of a run', () => {
    const second = newAttempt({ ...command, attempt: 2 }, at(2), at(5));
    journal.insertAttempt(record);
    journal.insertAttempt(second);
    expect(journal.openAttempts().map(({ attempt, notBefore }) => [attempt, notBefore])).toEqual([
      [1, null],
      [2, at(5)],
    ]);
    journal.changeAttempt(record, { finishedAt: at(3) });
    expect(journal.openAttempts().map(({ attempt }) => attempt)).toEqual([2]);
    expect(journal.attemptsOf(command.jobId, 1).map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(journal.attemptsOf(command.jobId, 2)).toEqual([]);
  });

  it('keeps what users were offered and the restart that is planned', () => {
    const offer = {
      offeredAt: at(1),
      begins: at(2),
      latest: at(3),
      beginsInMs: 1000,
      latestInMs: 2000,
      used: 1,
      told: true,
      agreed: false,
    };
    const restart = { askedAt: at(1), at: null, inMs: null, told: true, warned: false, agreed: true };
    journal.insertAttempt({ ...record, offer });
    expect(journal.attempt(record)).toMatchObject({ offer, restart: null });
    journal.changeAttempt(record, { offer: { ...offer, used: 2 }, restart });
    expect(journal.attempt(record)).toMatchObject({ offer: { ...offer, used: 2 }, restart });
  });

  it('lists what ended, the last first', () => {
    const ended = (attempt: number, second: number) => {
      const one = newAttempt({ ...command, attempt }, at(0));
      journal.insertAttempt(one);
      journal.changeAttempt(one, { finishedAt: at(second) });
    };
    [3, 9, 6].forEach((second, index) => ended(index + 1, second));
    journal.insertAttempt(newAttempt({ ...command, attempt: 4 }, at(0)));
    expect(journal.lastEnded(2).map(({ attempt }) => attempt)).toEqual([2, 3]);
  });

  it('remembers a cancel for the attempts it covers; a later one replaces it, an earlier one does not', () => {
    const cancel = {
      jobId: command.jobId,
      run: 1,
      attempt: 2,
      status: 'canceled' as const,
      reason: 'two',
      expiresAt: at(9),
    };
    journal.rememberCancel(cancel);
    journal.rememberCancel({ ...cancel, attempt: 1, reason: 'one' });
    expect(journal.cancelFor({ ...record, attempt: 2 })).toEqual(cancel);
    expect(journal.cancelFor({ ...record, attempt: 3 })).toBeNull();
    journal.prune(at(10));
    expect(journal.cancelFor(record)).toBeNull();
  });

  it('holds one unsent report per attempt, the newest, until it is confirmed', () => {
    const other = newAttempt(executeCommand({ audience: AUDIENCE }), at(1));
    journal.putReport(report('r1', record));
    journal.putReport(report('r2', other));
    journal.putReport(report('r3', record, true));
    expect(journal.unsent().map(({ id, final }) => [id, final])).toEqual([
      ['r2', false],
      ['r3', true],
    ]);
    journal.confirm('r2');
    journal.confirm('never');
    expect(journal.unsent()).toEqual([report('r3', record, true)]);
  });

  it('holds refusals beside the reports of the attempt that they name', () => {
    const refusal: UnsentReport = { ...report('r0', record, true), refusal: true };
    journal.putReport(report('r1', record));
    journal.putReport(refusal);
    journal.putReport({ ...refusal, id: 'r00' });
    journal.putReport(report('r2', record));
    expect(journal.unsent()).toEqual([refusal, { ...refusal, id: 'r00' }, report('r2', record)]);
    journal.confirm('r0');
    expect(journal.unsent().map(({ id }) => id)).toEqual(['r00', 'r2']);
  });

  it('takes back everything when a transaction fails', () => {
    journal.insertAttempt(record);
    journal.set('k', 'before');
    const fail = () =>
      journal.transact('spec', () => {
        journal.set('k', 'after');
        journal.set('new', 'x');
        journal.remove('k');
        journal.advance('s', { offset: 1, seq: 1 });
        journal.firstSeen('c', at(9));
        journal.changeAttempt(record, { status: 'failed', finishedAt: at(2) });
        journal.insertAttempt(newAttempt({ ...command, attempt: 2 }, at(1)));
        journal.putStep(record, {
          name: 'install',
          startedAt: at(1),
          finishedAt: null,
          ok: null,
          detail: null,
          exitCode: null,
          process: null,
        });
        journal.putReport(report('r', record));
        throw new Error('no');
      });
    expect(fail).toThrow('no');
    expect([journal.get('k'), journal.get('new'), journal.position('s'), journal.unsent()]).toEqual([
      'before',
      null,
      null,
      [],
    ]);
    expect(journal.openAttempts()).toEqual([record]);
    expect(journal.firstSeen('c', at(9))).toBe(true);
  });

  it('runs a transaction inside another as part of it', () => {
    const fail = () =>
      journal.transact('outer', () => {
        journal.transact('inner', () => journal.set('k', 'x'));
        throw new Error('no');
      });
    expect(fail).toThrow();
    expect(journal.get('k')).toBeNull();
  });

  it('forgets finished attempts whose command has expired, and no others', () => {
    const old = newAttempt(executeCommand({ audience: AUDIENCE, expiresAt: at(2) }), at(0));
    journal.insertAttempt(old);
    journal.insertAttempt(record);
    journal.changeAttempt(old, { finishedAt: at(1) });
    journal.prune(at(30));
    expect([journal.attempt(old), journal.attempt(record)]).toEqual([null, record]);
  });
}
