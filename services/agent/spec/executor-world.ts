import { newAttempt } from '../src/execution/attempt.js';
import { Executor } from '../src/execution/executor.js';
import type { StepRunner } from '../src/execution/step-runner.js';
import type { StepRecord } from '../src/journal/journal.records.js';
import { MemoryJournal } from '../src/journal/memory-journal.js';
import { silentLog } from '../src/log.js';
import { ReportWriter } from '../src/reports/report-writer.js';
import { CorrectedClock } from '../src/time/clock.js';
import { OwnTime } from '../src/time/own-time.js';
import { InstallOffers } from '../src/user/install-offers.js';
import { LogNotifier } from '../src/user/notifier.js';
import { InstallWindows } from '../src/windows/install-windows.js';
import { executeCommand } from './commands.js';
import { waitsOf } from './waits.js';

/** An endless loop of microtasks would also stop the time-out of the spec: the journal ends it. */
export class ImpatientJournal extends MemoryJournal {
  asked = 0;

  override attempt(...key: Parameters<MemoryJournal['attempt']>) {
    if (++this.asked > 500) throw new Error('asked without end');
    return super.attempt(...key);
  }
}

const done = (name: string): StepRecord => ({
  name,
  startedAt: 's',
  finishedAt: 'f',
  ok: true,
  detail: null,
  exitCode: 0,
  process: null,
});
/** An executor whose steps do what the spec says, on the real clock. */
export function executorWorld(run: StepRunner['run']) {
  const journal = new ImpatientJournal();
  const clock = new CorrectedClock();
  const runner: StepRunner = { run, recover: () => Promise.resolve(), outputTail: () => null, release: () => {} };
  const reports = new ReportWriter('computer', journal, clock);
  const chooseVariant = (record: { command: ReturnType<typeof executeCommand> }) =>
    record.command.manifest.variants[0]!;
  const mayBegin = () => true;
  const windows = new InstallWindows(journal);
  const computer = { zone: 'UTC' };
  const time = new OwnTime(clock, () => computer.zone);
  const offers = new InstallOffers({ journal, clock, own: time, reports, notifier: new LogNotifier(silentLog) });
  const restarts = { plan: () => '', watch: () => {} };
  const waits = waitsOf({ journal, clock, time, offers, windows });
  const common = { journal, clock, time, reports, runner, waits, offers, restarts, log: silentLog };
  const parts = { ...common, bootId: 'this', chooseVariant, mayBegin };
  const begun = (steps: readonly string[], bootId: string | null = null) => {
    const attempt = newAttempt(executeCommand({ audience: { shard: 1 } }), new Date().toISOString());
    journal.insertAttempt({ ...attempt, bootId, steps: steps.map(done) });
    return attempt;
  };
  return { journal, windows, computer, executor: new Executor(parts), next: () => new Executor(parts), begun };
}
