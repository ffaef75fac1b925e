import { aRunningJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import { aReleased } from '../rollout/a-rollout.fixtures.spec.js';
import { decideProgress } from '../progress/decide-progress.js';
import { decideJoined } from './decide-joined.js';

const joined = (total: number, waves = [{ wave: 1, total }]) => ({ run: 1, open: 1, total, waves });

describe('decideJoined', () => {
  it('given a running job, then its targets grow and the joiners are told', () => {
    const { job, effects } = decideJoined(aRunningJob({ total: 3 }), joined(4), NOW);
    expect(job).toMatchObject({ status: 'running', total: 4 });
    expect(effects).toEqual([{ kind: 'releaseJoined' }]);
  });

  it.each(['paused', 'halted'] as const)(
    'given a job that is %s, then they are targets and nobody is told',
    (status) => {
      const { job, effects } = decideJoined(aRunningJob({ status, total: 3 }), joined(4), NOW);
      expect([job.status, job.total, effects]).toEqual([status, 4, []]);
    },
  );

  it('given a completed job, then it runs again until it expires, and completes when they have ended', () => {
    const completed = aRunningJob({ status: 'completed', total: 3, finishedAt: at(1), finishedAttempt: 1 });
    const { job, effects } = decideJoined(completed, joined(4), at(5));
    expect(job).toMatchObject({ status: 'running', total: 4, finishedAt: null, finishedAttempt: null });
    expect(effects).toEqual([
      { kind: 'setTimer', timer: 'expire', dueAt: at(3600) },
      { kind: 'announceStatus' },
      { kind: 'releaseJoined' },
    ]);
    // what was told before they joined says nothing
    expect(decideProgress(job, { run: 1, total: 3, finished: 3, attempt: 1 }, at(6)).changed).toBe(false);
    expect(decideProgress(job, { run: 1, total: 4, finished: 4, attempt: 1 }, at(6)).job.status).toBe('completed');
  });

  it('given a job that nobody was in at its start, then it begins', () => {
    const empty = aRunningJob({
      status: 'completed',
      phase: 'resolving',
      total: 0,
      finishedAt: at(1),
      statusReason: 'No…',
    });
    expect(decideJoined(empty, joined(1), at(5)).job).toMatchObject({
      status: 'running',
      phase: 'released',
      total: 1,
      statusReason: null,
    });
  });

  it('given all of them had ended when the job completed, then nothing happens', () => {
    const before = aRunningJob({ total: 3 });
    const { job } = decideProgress(before, { run: 1, total: 4, finished: 4, attempt: 1 }, at(1));
    expect(job).toMatchObject({ status: 'completed', total: 4 });
    expect(decideJoined(job, joined(4), at(2)).changed).toBe(false);
  });

  it('given a job that has expired meanwhile, then their executions are closed', () => {
    const completed = aRunningJob({ status: 'completed', total: 3, finishedAt: at(1) });
    const { job, effects } = decideJoined(completed, joined(4), at(3600));
    expect(job.status).toBe('completed');
    expect(effects).toMatchObject([{ kind: 'closeExecutions', closing: 'expired' }]);
  });

  it('means nothing for a closed job, one that is being started, another run, or nobody', () => {
    const changed = (changes: Parameters<typeof aRunningJob>[0], open = 1) =>
      decideJoined(aRunningJob(changes), { ...joined(4), open }, NOW).changed;
    expect(changed({ status: 'canceled', finishedAt: at(1) })).toBe(false);
    expect(changed({ phase: 'assigning' })).toBe(false);
    expect(changed({ run: 2 })).toBe(false);
    expect(changed({}, 0)).toBe(false);
  });

  it('in waves they count in theirs: the gate waits for them', () => {
    const job = aReleased([2, 18, 180], NOW);
    const waves = [
      { wave: 1, total: 3 },
      { wave: 2, total: 18 },
      { wave: 3, total: 181 },
    ];
    const { job: after } = decideJoined(job, joined(202, waves), at(1));
    expect(after.rolloutState!.waves.map(({ total }) => total)).toEqual([3, 18, 181]);
  });

  it('in a job that tells its computers little by little they take their turn', () => {
    const rollout = { waves: [{ percent: 100 }], maxInFlight: 2 };
    const paced = aReleased([2], NOW, { rollout });
    expect(paced.rolloutState).toMatchObject({ pace: { told: 2 }, waves: [{ toldAt: NOW.toISOString() }] });
    const full = decideJoined(paced, joined(3), at(1));
    expect(full.job.rolloutState).toMatchObject({ pace: { told: 2 }, waves: [{ total: 3, toldAt: null }] });
    const free = { queued: 0, busy: 0, told: 2, recent: [], offline: 0, lookAt: null };
    const idle = { ...paced, rolloutState: { ...paced.rolloutState!, pace: free } };
    const { effects } = decideJoined(idle, joined(3), at(100));
    expect(effects).toContainEqual({ kind: 'releasePart', wave: 1, computers: 1 });
  });
});
