import { eventually } from '@waybill/testing';
import { executeCommand } from '../../spec/commands.js';
import { executorWorld, type ImpatientJournal } from '../../spec/executor-world.js';
import { newAttempt, STEPS } from './attempt.js';
import { verdictOf } from './decide-step.js';
import { InstallWindows } from '../windows/install-windows.js';
import type { StepOutcome } from './step-runner.js';

const BEFORE = [STEPS.detectionBefore, STEPS.space, STEPS.download];
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the executor', () => {
  it('leaves an attempt alone that waits for the restart of the computer, and works on others', async () => {
    const steps: string[] = [];
    const run = (step: string): Promise<StepOutcome> => {
      steps.push(step);
      return Promise.resolve({ ok: true });
    };
    const { journal, executor, begun } = executorWorld(run);
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
    const { journal, executor, begun } = executorWorld((step) =>
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

  it('prepares others while some only wait for their moment', async () => {
    const { journal, executor } = executorWorld(() => Promise.resolve({ ok: true }));
    const later = { installAt: new Date(Date.now() + 60_000).toISOString() };
    const order = (more: object) => {
      const attempt = newAttempt(executeCommand({ audience: { shard: 1 }, ...more }), new Date().toISOString());
      journal.insertAttempt(attempt);
      return attempt;
    };
    const waiting = [order(later), order(later), order(later)];
    const urgent = order({});
    await executor.resume();
    await eventually(() => expect(journal.attempt(urgent)!.finishedAt).not.toBeNull());
    await eventually(() =>
      expect(waiting.map((one) => journal.attempt(one)!.status)).toEqual(waiting.map(() => 'waiting')),
    );
    await executor.stop(0);
  });

  describe('with times by the clock of the computer', () => {
    /** So many hours later, by a clock in UTC. */
    const wall = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19);
    function local(times: object) {
      const steps: string[] = [];
      const made = executorWorld((step) => {
        steps.push(step);
        const verdict = verdictOf('succeeded', 'alreadyInstalled', '', { evidence: 'found' });
        return Promise.resolve(step === STEPS.detection ? { ok: true, verdict } : { ok: true });
      });
      const command = executeCommand({ audience: { shard: 1 }, installAt: 'local', local: times });
      const attempt = newAttempt({ ...command, expiresAt: new Date(Date.now() + 86_400_000).toISOString() }, 's');
      return { ...made, steps, attempt };
    }
    const last = (journal: ImpatientJournal, key: ReturnType<typeof newAttempt>) => journal.attempt(key)!.lastReport;
    /** In this zone the clock is nine hours ahead of UTC. */
    const EARLY = 'Asia/Tokyo';

    it('waits for the start before it fetches anything, and says until when; goes on where it has come', async () => {
      const { journal, executor, steps, attempt } = local({ startAt: wall(3) });
      journal.insertAttempt(attempt);
      executor.wake();
      const words = `${wall(3).slice(0, 10)} ${wall(3).slice(11, 16)}`;
      await eventually(() => expect(last(journal, attempt)).toMatchObject({ status: 'waiting', reason: 'schedule' }));
      expect(last(journal, attempt)!.message).toContain(`by its own clock, until ${words}`);
      expect(last(journal, attempt)!.message).toMatch(/ UTC\.$/);
      expect(steps).toEqual([]);
      await executor.stop(0);
      const other = local({ startAt: wall(3) });
      other.computer.zone = EARLY;
      other.journal.insertAttempt(other.attempt);
      other.executor.wake();
      await eventually(() => expect(other.journal.attempt(other.attempt)!.status).toBe('succeeded'));
      await other.executor.stop(0);
    });

    it('says anew until when it waits where the zone is another one', async () => {
      const { journal, computer, executor, next, attempt } = local({ startAt: wall(9) });
      journal.insertAttempt(attempt);
      executor.wake();
      await eventually(() => expect(last(journal, attempt)?.message).toMatch(/UTC\.$/));
      await executor.stop(0);
      computer.zone = 'Asia/Kolkata';
      const later = next();
      await later.resume();
      await eventually(() => expect(last(journal, attempt)!.message).toMatch(/Asia\/Kolkata\.$/));
      expect(journal.attempt(attempt)!.reportSeq).toBe(2);
      await later.stop(0);
    });

    it('fetches before the installation and changes nothing', async () => {
      const { journal, executor, steps, attempt } = local({ startAt: wall(-1), installAt: wall(3) });
      journal.insertAttempt(attempt);
      executor.wake();
      await eventually(() => expect(last(journal, attempt)).toMatchObject({ status: 'waiting', reason: 'schedule' }));
      expect(last(journal, attempt)!.message).toContain(`It waits until ${wall(3).slice(0, 10)}`);
      expect(steps).toEqual(BEFORE);
      await executor.stop(0);
    });

    it('begins nothing from its own expiry on, while the command is valid elsewhere', async () => {
      const { journal, computer, executor, steps, attempt } = local({ expiresAt: wall(3) });
      computer.zone = EARLY;
      journal.insertAttempt(attempt);
      executor.wake();
      await eventually(() => expect(last(journal, attempt)).toMatchObject({ status: 'expired' }));
      expect(last(journal, attempt)).toMatchObject({ reason: 'command.expired' });
      expect(last(journal, attempt)!.message).toMatch(/It was valid until .* Asia\/Tokyo\.$/);
      expect(steps).toEqual([]);
      await executor.stop(0);
    });
  });

  describe('where computers may be changed at some times only', () => {
    const WEEK = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
    const minute = (at: number) => new Date(at).toISOString().slice(11, 16);
    /** One hour of each day that begins so many minutes from now. */
    const inMinutes = (minutes: number) => {
      const [from, to] = [minutes, minutes + 60].map((later) => minute(Date.now() + later * 60_000)) as [
        string,
        string,
      ];
      return { group: 'accounting', zone: 'UTC', intervals: [{ days: [...WEEK], from, to }] };
    };
    function at(minutes: number) {
      const steps: string[] = [];
      const made = executorWorld((step) => {
        steps.push(step);
        const verdict = verdictOf('succeeded', 'alreadyInstalled', '', { evidence: 'found' });
        return Promise.resolve(step === STEPS.detection ? { ok: true, verdict } : { ok: true });
      });
      made.windows.adopt([inMinutes(minutes)]);
      const order = (more: object = {}) => {
        const attempt = newAttempt(executeCommand({ audience: { shard: 1 }, ...more }), new Date().toISOString());
        made.journal.insertAttempt(attempt);
        made.executor.wake();
        return attempt;
      };
      return { ...made, steps, order };
    }
    const reason = (journal: ImpatientJournal, key: ReturnType<typeof newAttempt>) => {
      const { status, lastReport } = journal.attempt(key)!;
      return [status, lastReport?.reason, lastReport?.message];
    };

    it('fetches what it needs and waits; when the windows change it goes on at once', async () => {
      const { journal, windows, executor, steps, order } = at(120);
      const one = order();
      await eventually(() => expect(journal.attempt(one)!.status).toBe('waiting'));
      expect(steps).toContain(STEPS.download);
      expect(steps).not.toContain(STEPS.install);
      expect(reason(journal, one)).toEqual([
        'waiting',
        'window',
        expect.stringMatching(/^It waits for the window of group accounting, opens [A-Z][a-z]+day \d\d:\d\d UTC\.$/),
      ]);
      windows.adopt([inMinutes(-30)]);
      await eventually(() => expect(journal.attempt(one)!.verdict?.status).toBe('succeeded'));
      expect(steps.filter((step) => step === STEPS.download)).toHaveLength(1);
      await executor.stop(0);
    });

    it('acts at once inside, where the job does not care, and where there are no windows any more', async () => {
      const inside = at(-30);
      const first = inside.order();
      await eventually(() => expect(inside.journal.attempt(first)!.finishedAt).not.toBeNull());
      expect(inside.journal.attempt(first)!.steps.map(({ name }) => name)).not.toContain(STEPS.window);
      const outside = at(120);
      const urgent = outside.order({ windows: 'ignore' });
      await eventually(() => expect(outside.journal.attempt(urgent)!.finishedAt).not.toBeNull());
      const other = outside.order();
      await eventually(() => expect(outside.journal.attempt(other)!.status).toBe('waiting'));
      outside.windows.adopt([]);
      await eventually(() => expect(outside.journal.attempt(other)!.finishedAt).not.toBeNull());
    });

    it('is canceled while it waits, and ends when its command has expired', async () => {
      const { journal, executor, order } = at(120);
      const [canceled, short] = [order(), order({ expiresAt: new Date(Date.now() + 400).toISOString() })];
      await eventually(() => expect(journal.attempt(canceled)!.status).toBe('waiting'));
      executor.cancel(journal.attempt(canceled)!, { status: 'canceled', reason: 'why' });
      await eventually(() => expect(journal.attempt(canceled)!.verdict?.status).toBe('canceled'));
      await eventually(() => expect(journal.attempt(short)!.verdict?.status).toBe('expired'));
    });

    it('is remembered by the next process, which may have no server', async () => {
      const { journal, windows } = at(120);
      const next = new InstallWindows(journal);
      const now = Date.now();
      expect(next.closedFor({}, now)).toEqual(windows.closedFor({}, now));
      expect(next.closedFor({}, now)).not.toBeNull();
    });
  });
});
