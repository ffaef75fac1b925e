import { eventually } from '@waybill/testing';
import { executeCommand } from '../../spec/commands.js';
import { executorWorld, type ImpatientJournal } from '../../spec/executor-world.js';
import { newAttempt, STEPS } from './attempt.js';
import { verdictOf } from './decide-step.js';
import type { StepOutcome } from './step-runner.js';

const RETRY = { attempts: 3, backoffMs: 20, multiplier: 1, jitter: 0, on: ['install.exitCode:1618'] };
const busy = (exitCode: number): StepOutcome => ({
  ok: false,
  exitCode,
  verdict: verdictOf('failed', 'install.exitCode', '', { exitCode }),
});
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the executor with a retry policy', () => {
  const order = (more: object = {}) =>
    newAttempt(executeCommand({ audience: { shard: 1 }, retry: RETRY, ...more }), new Date().toISOString());
  const ends = (journal: ImpatientJournal, { jobId, run }: ReturnType<typeof order>) =>
    journal.attemptsOf(jobId, run).map(({ attempt, verdict }) => `${attempt} ${verdict?.status ?? 'open'}`);
  /** The installer fails so often with this exit code. */
  function failing(times: number, exitCode = 1618) {
    let left = times;
    const starts: number[] = [];
    return {
      starts,
      ...executorWorld((step) => {
        if (step === STEPS.install) {
          starts.push(Date.now());
          return Promise.resolve(left-- > 0 ? busy(exitCode) : { ok: true });
        }
        const verdict = verdictOf('succeeded', 'alreadyInstalled', '', { evidence: 'found' });
        return Promise.resolve(step === STEPS.detection ? { ok: true, verdict } : { ok: true });
      }),
    };
  }

  it('tries again after the wait, as a new attempt, and says when', async () => {
    const { journal, executor, starts } = failing(2);
    const first = order();
    journal.insertAttempt(first);
    await executor.resume();
    await eventually(() => expect(ends(journal, first)).toEqual(['1 failed', '2 failed', '3 succeeded']));
    expect(starts[1]! - starts[0]!).toBeGreaterThanOrEqual(19);
    const [one, two] = journal.attemptsOf(first.jobId, 1);
    expect(one!.lastReport).toMatchObject({ attempt: 1, status: 'failed', exitCode: 1618, retryAt: two!.notBefore });
    expect(two!.steps[0]).toMatchObject({ name: STEPS.backOff, ok: true });
    await executor.stop(0);
  });

  it.each([
    ['after the last attempt', 9, 1618, {}, ['1 failed', '2 failed', '3 failed']],
    ['after another reason', 9, 1603, {}, ['1 failed']],
    ['without a policy', 9, 1618, { retry: undefined }, ['1 failed']],
    ['when the job will have expired', 9, 1618, { retry: { ...RETRY, backoffMs: 2 * 86_400_000 } }, ['1 failed']],
  ])('gives up %s', async (_, times, exitCode, more, expected) => {
    const { journal, executor } = failing(times, exitCode);
    const first = order(more);
    journal.insertAttempt(first);
    await executor.resume();
    await eventually(() => expect(ends(journal, first)).toEqual(expected));
    await turn();
    expect(journal.openAttempts()).toEqual([]);
    expect(journal.attemptsOf(first.jobId, 1).at(-1)!.lastReport).not.toHaveProperty('retryAt');
    await executor.stop(0);
  });

  it('does not try again what was canceled while it waits', async () => {
    const { journal, executor, starts } = failing(9);
    const first = order({ retry: { ...RETRY, backoffMs: 60_000 } });
    journal.insertAttempt(first);
    await executor.resume();
    const second = { jobId: first.jobId, run: 1, attempt: 2 };
    await eventually(() =>
      expect(journal.attempt(second)?.lastReport).toMatchObject({ status: 'waiting', reason: 'retry' }),
    );
    executor.cancel(second, { status: 'canceled', reason: 'Canceled by admin.' });
    executor.wake();
    expect(starts).toHaveLength(1);
    expect(journal.attempt(second)!.cancel).not.toBeNull();
    await executor.stop(0);
  });
});
