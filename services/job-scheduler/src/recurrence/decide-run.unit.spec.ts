import type { Approval } from '../approval/approval.js';
import { aJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import type { Decision } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { decideRun, type SeriesState } from './decide-run.js';
import { runId } from './next-run.js';
import type { Recurrence } from './recurrence.js';

const SERIES = '01990000-0000-7000-8000-000000000001';
/** Daily at midnight from NOW on. */
const DAILY: Recurrence = {
  rule: 'FREQ=DAILY;COUNT=3',
  zone: 'UTC',
  runs: ['2026-09-01T00:00:00', '2026-09-02T00:00:00', '2026-09-03T00:00:00'],
  installAfterMs: 3_600_000,
  expiresAfterMs: null,
};
const DAY = 86_400;

function aRun(number = 1, changes: Partial<Job> = {}): Job {
  const series = { id: SERIES, number, of: 3, recurrence: DAILY.rule };
  return aJob({
    id: runId(SERIES, number),
    series,
    startsAt: at((number - 1) * DAY),
    expiresAt: at(30 * DAY),
    ...changes,
  });
}
const state = (changes: Partial<SeriesState> = {}): SeriesState => ({
  recurrence: DAILY,
  ended: null,
  nextMade: false,
  unfinished: null,
  approval: null,
  ...changes,
});
const made = ({ effects }: Decision): Job[] =>
  effects.flatMap((effect) => (effect.kind === 'makeRun' ? [effect.run.job] : []));
const PENDING: Approval = { reason: 'it is large', approvedBy: null, approvedAt: null, total: null };
const GIVEN: Approval = { ...PENDING, approvedBy: 'second', approvedAt: '2026-09-01T00:00:00.000Z', total: 7 };

describe('given a run that is due', () => {
  it('then it is started like any job, and the next one is made', () => {
    const decision = decideRun(aRun(), state(), at(1));
    expect(decision.job).toMatchObject({ status: 'running', phase: 'resolving' });
    expect(decision.effects[0]).toEqual({ kind: 'setTimer', timer: 'resolve', dueAt: at(1) });
    const [next] = made(decision);
    expect(next).toMatchObject({
      id: runId(SERIES, 2),
      status: 'scheduled',
      phase: 'idle',
      revision: 1,
      startedAt: null,
      series: { id: SERIES, number: 2, of: 3 },
      startAt: '2026-09-02T00:00:00',
      startsAt: at(DAY),
      installAt: '2026-09-02T01:00:00',
      installsAt: at(DAY + 3600),
      expiresAt: at(31 * DAY),
      createdAt: at(1),
      createdBy: 'admin',
      groups: ['accounting'],
    });
  });

  it('then the next one has timers of its own and is told of', () => {
    const [effect] = decideRun(aRun(), state(), NOW).effects.filter(({ kind }) => kind === 'makeRun');
    expect((effect as { run: Decision }).run.effects).toEqual([
      { kind: 'setTimer', timer: 'start', dueAt: at(DAY) },
      { kind: 'setTimer', timer: 'expire', dueAt: at(31 * DAY) },
      { kind: 'announceStatus' },
    ]);
  });

  it('when it is the last, then there is no next', () => {
    expect(made(decideRun(aRun(3), state(), at(2 * DAY)))).toEqual([]);
  });

  it('when an earlier run has not finished, then it says so and is not started; the next one is made', () => {
    const unfinished = { id: SERIES, number: 1, status: 'running' } as const;
    const decision = decideRun(aRun(2), state({ unfinished }), at(DAY));
    expect(decision.job).toMatchObject({ status: 'canceled', phase: 'idle', finishedAt: at(DAY), startedAt: null });
    expect(decision.job.statusReason).toBe(
      `Run 2 was not started at 2026-09-02T00:00:00.000Z: run 1 (job ${SERIES}) had not finished, it was running.`,
    );
    expect(decision.effects.slice(0, 2)).toEqual([
      { kind: 'clearTimers', timers: ['start', 'expire', 'resolve'] },
      { kind: 'announceStatus' },
    ]);
    expect(made(decision).map(({ series }) => series!.number)).toEqual([3]);
  });

  it('when the one after it is due too, then it was missed and the other one comes instead', () => {
    const decision = decideRun(aRun(1), state(), at(DAY));
    expect(decision.job.status).toBe('canceled');
    expect(decision.job.statusReason).toMatch(
      /^Run 1 was missed: it was due at 2026-09-01T00:00:00.000Z .* run 2 was due/,
    );
    expect(made(decision).map(({ series }) => series!.number)).toEqual([2]);
    expect(decideRun(aRun(1), state(), at(DAY - 1)).job.status).toBe('running');
    expect(decideRun(aRun(3), state(), at(20 * DAY)).job.status).toBe('running');
  });

  it('when it expired meanwhile, then it expires, and the next one is made all the same', () => {
    const decision = decideRun(aRun(1, { expiresAt: at(60) }), state(), at(61));
    expect(decision.job.status).toBe('expired');
    expect(made(decision)).toHaveLength(1);
  });

  it('when nobody vouches for the version at this moment, then it is canceled, and the next one is judged anew', () => {
    const decision = decideRun(aRun(), state(), NOW, 'the key was revoked');
    expect(decision.job).toMatchObject({ status: 'canceled', statusReason: 'The key was revoked.' });
    expect(made(decision)).toHaveLength(1);
  });

  it('when somebody ended the recurring job, then neither it nor another one is', () => {
    const decision = decideRun(aRun(2), state({ ended: 'Canceled by anna.' }), at(DAY));
    expect(decision.job).toMatchObject({ status: 'canceled', statusReason: 'Canceled by anna.' });
    expect(made(decision)).toEqual([]);
  });

  it.each(['running', 'canceled', 'expired'] as const)('when it is %s, then a late timer changes nothing', (status) => {
    const job = aRun(1, { status });
    expect(decideRun(job, state(), NOW)).toEqual({ job, changed: false, effects: [] });
  });
});

describe('given a run that somebody must approve', () => {
  it('when it is due before that, then it waits, and the next one is made and waits too', () => {
    const job = aRun(1, { approval: PENDING, statusReason: 'Waits.' });
    const decision = decideRun(job, state(), NOW);
    expect(decision).toMatchObject({ job, changed: true });
    expect(made(decision)[0]).toMatchObject({
      approval: PENDING,
      statusReason: expect.stringContaining('it is large'),
    });
  });

  it('when it is approved later, then it starts although the next one was due, and none is made twice', () => {
    const job = aRun(1, { approval: GIVEN });
    const decision = decideRun(job, state({ nextMade: true }), at(DAY + 60));
    expect(decision.job.status).toBe('running');
    expect(made(decision)).toEqual([]);
  });

  it('when it was approved itself after the earlier ones, then its own counts, else the newer one', () => {
    const own = { ...GIVEN, approvedAt: '2026-09-02T00:00:00.000Z', total: 9 };
    const approvalOf = (approval: Approval, newest: Approval) =>
      decideRun(aRun(2, { approval }), state({ approval: newest }), at(DAY)).job.approval;
    expect(approvalOf(own, GIVEN)).toEqual(own);
    expect(approvalOf(GIVEN, own)).toEqual(own);
  });

  it('when the run before was approved, then so is it, and the next one', () => {
    const decision = decideRun(aRun(2, { approval: PENDING }), state({ approval: GIVEN }), at(DAY));
    expect(decision.job).toMatchObject({ status: 'running', approval: GIVEN });
    expect(made(decision)[0]!.approval).toEqual(GIVEN);
  });

  it('when the run before turned out to be large and was approved, then that counts for this one', () => {
    expect(decideRun(aRun(2), state({ approval: GIVEN }), at(DAY)).job.approval).toEqual(GIVEN);
  });
});

describe('the id of a run', () => {
  it('is the same whoever makes it, and another for each', () => {
    expect(runId(SERIES, 1)).toBe(SERIES);
    expect(runId(SERIES, 2)).toBe(runId(SERIES, 2));
    expect(new Set([1, 2, 3].map((number) => runId(SERIES, number))).size).toBe(3);
  });
});
