import { eventually } from '@waybill/testing';
import { executeCommand } from '../../spec/commands.js';
import type { StepRecord } from '../journal/journal.records.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { silentLog } from '../log.js';
import { ReportWriter } from '../reports/report-writer.js';
import { CorrectedClock } from '../time/clock.js';
import { newAttempt, STEPS } from './attempt.js';
import { Executor } from './executor.js';
import type { StepOutcome, StepRunner } from './step-runner.js';

/** An endless loop of microtasks would also stop the time-out of the spec: the journal ends it. */
class ImpatientJournal extends MemoryJournal {
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
const BEFORE = [STEPS.detectionBefore, STEPS.space, STEPS.download];
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the executor', () => {
  function world(run: StepRunner['run']) {
    const journal = new ImpatientJournal();
    const clock = new CorrectedClock();
    const runner: StepRunner = { run, recover: () => Promise.resolve(), outputTail: () => null, release: () => {} };
    const reports = new ReportWriter('computer', journal, clock);
    const chooseVariant = (record: { command: ReturnType<typeof executeCommand> }) =>
      record.command.manifest.variants[0]!;
    const mayBegin = () => true;
    const parts = { journal, clock, reports, runner, log: silentLog, bootId: 'this', chooseVariant, mayBegin };
    const begun = (steps: readonly string[], bootId: string | null = null) => {
      const attempt = newAttempt(executeCommand({ audience: { shard: 1 } }), new Date().toISOString());
      journal.insertAttempt({ ...attempt, bootId, steps: steps.map(done) });
      return attempt;
    };
    return { journal, executor: new Executor(parts), begun };
  }

  it('leaves an attempt alone that waits for the restart of the computer, and works on others', async () => {
    const steps: string[] = [];
    const run = (step: string): Promise<StepOutcome> => {
      steps.push(step);
      return Promise.resolve({ ok: true });
    };
    const { journal, executor, begun } = world(run);
    const parked = begun([...BEFORE, STEPS.install], 'this');
    await executor.resume();
    await eventually(() => expect(journal.attempt(parked)!.status).toBe('rebootPending'));
    await turn();
    const asked = journal.asked;
    executor.wake();
    await turn();
    expect(journal.asked).toBe(asked);
    const other = begun([...BEFORE, STEPS.install], 'an earlier one');
    executor.wake();
    await eventually(() => expect(journal.attempt(other)!.finishedAt).not.toBeNull());
    expect(steps).toEqual([STEPS.detection]);
    expect(journal.attempt(parked)!.finishedAt).toBeNull();
    await executor.stop(0);
  });

  it('stops while one attempt installs and another that has begun waits for its turn', async () => {
    let end = (_: StepOutcome) => {};
    const { journal, executor, begun } = world((step) =>
      step === STEPS.install ? new Promise((resolve) => (end = resolve)) : Promise.resolve({ ok: true }),
    );
    const [first, second] = [begun([...BEFORE, STEPS.hookBefore]), begun([...BEFORE, STEPS.hookBefore])];
    await executor.resume();
    await eventually(() => expect(journal.attempt(second)!.status).toBe('waiting'));
    const stopped = executor.stop(5_000);
    await turn();
    end({ ok: true });
    await stopped;
    expect(journal.attempt(first)!.finishedAt).not.toBeNull();
    expect(journal.asked).toBeLessThan(100);
    expect(journal.attempt(second)!.steps).toHaveLength(4);
  });
});
