import { type DesiredStateResponse, isFinal } from '@waybill/contracts/agent';
import type { CommandIntake } from '../commands/command-intake.js';
import { hasBegun } from '../execution/attempt.js';
import type { Executor } from '../execution/executor.js';
import type { Journal } from '../journal/journal.js';
import type { AttemptKey } from '../journal/journal.records.js';
import type { ReportWriter } from '../reports/report-writer.js';

export interface DesiredStateParts {
  journal: Journal;
  intake: CommandIntake;
  executor: Executor;
  reports: ReportWriter;
}

/**
 * Brings the journal in line with what the server wants of this computer, after messages may have been missed: takes in
 * commands that are not known, drops what is no longer open and has not begun, repeats ends the server does not know of.
 * @param ask fetches the desired state
 */
export async function applyDesiredState(
  { journal, intake, executor, reports }: DesiredStateParts,
  ask: () => Promise<DesiredStateResponse>,
): Promise<void> {
  // What is accepted while the question is on its way may be missing in the answer and must stay.
  const before = journal.openAttempts();
  const { commands, open } = await ask();
  for (const jws of commands) await intake.receive(jws, { kind: 'desiredState' }, null);
  journal.transact('desiredState', () => {
    for (const record of before) {
      if (open.some((wanted) => covers(wanted, record)) || hasBegun(record.steps)) continue;
      executor.cancel(record, { status: 'canceled', reason: 'The server no longer expects it of this computer.' });
    }
    const unsent = journal.unsent().filter(({ refusal }) => !refusal);
    for (const wanted of open) {
      const known = journal.attempt(wanted);
      if (known && isFinal(known.status) && !unsent.some(({ report }) => same(report, wanted))) reports.repeat(wanted);
    }
  });
  executor.wake();
}

/** The server may not have heard yet that an attempt has failed and is made again. */
function covers(wanted: AttemptKey, { jobId, run, attempt }: AttemptKey): boolean {
  return wanted.jobId === jobId && wanted.run === run && wanted.attempt <= attempt;
}

function same(a: AttemptKey, b: AttemptKey): boolean {
  return a.jobId === b.jobId && a.run === b.run && a.attempt === b.attempt;
}
