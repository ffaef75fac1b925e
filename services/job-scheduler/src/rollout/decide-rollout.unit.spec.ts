import { at, NOW } from '../jobs/a-job.fixture.spec.js';
import { jobView } from '../jobs/job.view.js';
import { decideProgress } from '../progress/decide-progress.js';
import { aReleased, aRollout, progress, THREE, told } from './a-rollout.fixtures.spec.js';
import { decideRollout, NO_OBSTACLE } from './decide-rollout.js';
import { decideApproveWave } from './decide-approve-wave.js';
import { decideResume } from './decide-resume.js';
import type { Job } from '../jobs/job.js';
import { countAnew } from './count-progress.js';

const words = (job: Parameters<typeof jobView>[0], now = NOW) => jobView(job, null, now).statusReason;

describe('the first wave', () => {
  it('is released when the executions exist, and the next is looked at when it has soaked', () => {
    const { job, effects } = decideRollout(aRollout([20, 180, 1800]), NOW);
    expect(job.rolloutState).toMatchObject({ released: 1, waves: [{ releasedAt: NOW.toISOString() }, {}, {}] });
    expect(effects).toEqual([
      { kind: 'releaseWave', wave: 1 },
      { kind: 'setTimer', timer: 'wave', dueAt: at(60) },
    ]);
    expect(words(job)).toBe('Wave 2 of 3 is released at 2026-09-01T00:01:00.000Z at the earliest: wave 1 soaks.');
  });

  it('that holds nobody is passed over', () => {
    const { job, effects } = decideRollout(aRollout([0, 5, 95]), NOW);
    expect(job.rolloutState!.released).toBe(2);
    expect(effects.map((effect) => (effect.kind === 'releaseWave' ? effect.wave : effect.kind))).toEqual([
      2,
      'announceWave',
      'setTimer',
    ]);
  });
});

describe('the next wave', () => {
  it('is released when this one has soaked and passed its gate', () => {
    const first = aReleased([20, 180, 1800], NOW);
    const passed = progress(first, [[18, 1]], at(30));
    expect([passed.job.rolloutState!.released, passed.effects]).toEqual([
      1,
      [{ kind: 'setTimer', timer: 'wave', dueAt: at(60) }],
    ]);
    const { job, effects } = decideRollout(passed.job, at(60));
    expect(job.rolloutState).toMatchObject({ released: 2, waves: [{}, { releasedAt: at(60).toISOString() }, {}] });
    expect(effects).toEqual([
      { kind: 'releaseWave', wave: 2 },
      { kind: 'announceWave', wave: 2 },
      { kind: 'setTimer', timer: 'wave', dueAt: at(120) },
    ]);
    expect(job.revision).toBe(first.revision + 1);
  });

  it('soaks from when the last computer begins by its own clock; without a soak only the gate counts', () => {
    const local = (job: Job, installAt: string | null = null): Job => {
      return { ...job, zone: 'local', startAt: '2026-09-01T06:00:00', installAt };
    };
    const soaks = (job: Job) => progress(job, [[20, 0]], at(90)).effects;
    const first = aReleased([20, 180, 1800], NOW);
    expect(soaks(first)).toContainEqual({ kind: 'releaseWave', wave: 2 });
    const until = (moment: string) => [{ kind: 'setTimer', timer: 'wave', dueAt: new Date(moment) }];
    expect(soaks(local(first))).toEqual(until('2026-09-01T18:01:00Z'));
    expect(soaks(local(first, '2026-09-01T07:00:00'))).toEqual(until('2026-09-01T19:01:00Z'));
    const rollout = { ...THREE, waves: [{ percent: 1 }, { percent: 100 }] };
    expect(soaks(local(aReleased([20, 1980], NOW, { rollout })))).toContainEqual({ kind: 'releaseWave', wave: 2 });
  });

  it('waits for enough finished computers, and the job says for how many', () => {
    const { job } = progress(aReleased([20, 180, 1800], NOW), [[7, 1]], at(90));
    expect(job).toMatchObject({ status: 'running', rolloutState: { released: 1 } });
    expect(words(job, at(90))).toBe(
      'Wave 2 of 3 waits for 2 more finished computers of wave 1; gate 90 %, now 87.5 %.',
    );
  });

  it('does not wait for more computers than there are', () => {
    expect(progress(aReleased([3, 1, 96], NOW), [[3, 0]], at(61)).job.rolloutState!.released).toBe(2);
  });

  it('stays back when the gate is not passed: the job halts and says why', () => {
    const { job, effects } = progress(aReleased([20, 180, 1800], NOW), [[8, 2]], at(61));
    expect(job).toMatchObject({ status: 'halted', rolloutState: { released: 1 } });
    expect(job.statusReason).toBe(
      'rollout.gate: Wave 1 has not passed its gate 90 %, now 80 %, with 10 of its 20 computers finished. Nothing more is sent; resume, re-execute what failed, or cancel.',
    );
    expect(effects).toEqual([
      { kind: 'clearTimers', timers: ['wave'] },
      { kind: 'announceStatus' },
      // who has been told and has not begun waits
      { kind: 'sendHold', held: true, reason: job.statusReason },
    ]);
    expect(decideRollout(job, at(999)).changed).toBe(false);
    expect(progress(job, [[18, 2]], at(999)).job.status).toBe('halted');
  });

  it('waits for a person where that was ordered, and for nobody before', () => {
    const rollout = { waves: [{ percent: 10, approval: 'manual' as const }, { percent: 100 }] };
    const early = aReleased([20, 180], NOW, { rollout });
    const order = { actor: { id: 'b', name: 'second' } };
    expect(() => decideApproveWave(early, order, at(1), NO_OBSTACLE)).toThrow(
      'No wave of this job waits for an approval',
    );
    const { job } = progress(early, [[20, 0]], at(1));
    expect(job.rolloutState!.released).toBe(1);
    expect(words(job)).toMatch(/^Wave 2 of 2 waits until somebody approves it/);
    const approved = decideApproveWave(job, order, at(2), NO_OBSTACLE);
    expect(approved.job.rolloutState).toMatchObject({ released: 2, waves: [{ approvedBy: 'second' }, {}] });
    expect(approved.effects).toContainEqual({ kind: 'releaseWave', wave: 2 });
  });

  it('waits for somebody else where the job needed a second pair of eyes', () => {
    const rollout = { waves: [{ percent: 10, approval: 'manual' as const }, { percent: 100 }] };
    const { job } = progress(aReleased([20, 180], NOW, { rollout }), [[20, 0]], at(1));
    const approval = { reason: 'it is for "servers"', approvedBy: 'bob', approvedAt: null, total: null };
    const by = (id: string, of: Job) => decideApproveWave(of, { actor: { id, name: id } }, at(2), NO_OBSTACLE);
    const guarded = { ...job, createdById: 'ann', createdBy: 'ann', approval };
    expect(() => by('ann', guarded)).toThrow(expect.objectContaining({ code: 'job.approvalBySelf' }));
    expect(by('carl', guarded).job.rolloutState).toMatchObject({ released: 2 });
    expect(by('ann', { ...guarded, approval: null }).job.rolloutState).toMatchObject({ released: 2 });
  });

  it.each([
    ['is withdrawn', { untrusted: null, withdrawn: true }, 'halted', /^version\.withdrawn: /],
    [
      'is not vouched for any more',
      { untrusted: 'its key was revoked', withdrawn: false },
      'canceled',
      /key was revoked/,
    ],
  ] as const)('is not sent when the version %s', (_what, obstacle, status, reason) => {
    const { job } = progress(aReleased([20, 180, 1800], NOW), [[18, 1]], at(30));
    const { job: stopped, effects } = decideRollout(job, at(60), obstacle);
    expect(stopped).toMatchObject({ status, statusReason: expect.stringMatching(reason) as string });
    expect(effects.filter(({ kind }) => kind === 'releaseWave')).toEqual([]);
  });
});

describe('a stop condition', () => {
  const stopWhen = { failedPercent: 5, minimumFinished: 20 };

  it('halts the job whatever its waves say, and tells how many had been told before', () => {
    const first = aReleased([100, 900, 1000], NOW, { stopWhen });
    expect(progress(first, [[18, 1]], at(10)).job.status).toBe('running');
    const { job } = progress(first, [[22, 2]], at(10));
    expect(job).toMatchObject({ status: 'halted', rolloutState: { released: 1 } });
    expect(job.statusReason).toMatch(
      /^rollout\.stopWhen: 2 of 24 finished computers failed, that is 8\.3 %, more than 5 %\..* 76 computers had been told/,
    );
  });

  it('of a job without waves is watched as well', () => {
    const single = aReleased([200], NOW, { rollout: { waves: [{ percent: 100 }] }, stopWhen });
    expect(progress(single, [[18, 2]], at(10)).job.status).toBe('halted');
  });

  it('is judged anew from the moment somebody resumed', () => {
    const halted = progress(aReleased([100, 900, 1000], NOW, { stopWhen }), [[22, 2]], at(10)).job;
    const resumed = decideResume(halted, {}, at(20), NO_OBSTACLE);
    expect(resumed.job).toMatchObject({ status: 'running', statusReason: null });
    expect(resumed.effects[0]).toEqual({ kind: 'announceStatus' });
    expect(progress(resumed.job, [[40, 2]], at(30)).job.status).toBe('running');
    expect(progress(resumed.job, [[40, 5]], at(30)).job.status).toBe('halted');
  });
});

describe('resuming', () => {
  it('waives the gate that halted the job, and no other', () => {
    const halted = progress(aReleased([20, 180, 1800], NOW), [[8, 2]], at(61)).job;
    const { job, effects } = decideResume(halted, {}, at(70), NO_OBSTACLE);
    expect(job.rolloutState).toMatchObject({ released: 2, waived: 1 });
    expect(effects.map(({ kind }) => kind).slice(0, 3)).toEqual(['announceStatus', 'sendHold', 'releaseWave']);
    expect(effects).toContainEqual({ kind: 'releaseWave', wave: 2 });
    expect(
      progress(
        job,
        [
          [8, 2],
          [8, 2],
        ],
        at(200),
      ).job,
    ).toMatchObject({ status: 'halted', rolloutState: { released: 2 } });
  });

  it('is for jobs that were paused or have halted, and for who has seen the newest revision', () => {
    const running = aReleased([20, 180, 1800], NOW);
    expect(() => decideResume(running, {}, NOW, NO_OBSTACLE)).toThrow(
      'A job that is running cannot be resumed; that is possible while it is paused or halted.',
    );
    const halted = progress(running, [[8, 2]], at(61)).job;
    expect(() => decideResume(halted, { revision: 1 }, NOW, NO_OBSTACLE)).toThrow('The job has changed');
  });
});

describe('a version that was withdrawn or lost its key', () => {
  it.each([
    ['version.withdrawn', { untrusted: null, withdrawn: true }],
    ['version.untrusted', { untrusted: 'its key was revoked', withdrawn: false }],
  ])('lets nobody who waits begin: %s', (code, obstacle) => {
    const halted = progress(aReleased([20, 180, 1800], NOW), [[8, 2]], at(61)).job;
    expect(() => decideResume(halted, {}, at(70), obstacle)).toThrow(code);
  });
});

describe('re-executing what failed of a halted job', () => {
  it.each([
    ['before result has counted', (job: Job) => countAnew(job, 2, { finished: 1, failed: 1 })],
    [
      'after it',
      (job: Job) =>
        countAnew(progress({ ...job, attempt: 2 }, [[22, 1]], at(11), 2).job, 2, { finished: 1, failed: 1 }),
    ],
  ])('does not halt it again for what had failed: %s', (_when, reopened) => {
    const stopWhen = { failedPercent: 5, minimumFinished: 20 };
    const halted = progress(aReleased([100, 900, 1000], NOW, { stopWhen }), [[22, 2]], at(10)).job;
    const again = { ...reopened(halted), status: 'running' as const, statusReason: null, attempt: 2 };
    expect(again.rolloutState!.forgiven).toEqual({ finished: 23, failed: 1 });
    expect(progress(again, [[22, 1]], at(12), 2).job.status).toBe('running');
    expect(progress(again, [[60, 1]], at(13), 2).job.status).toBe('running');
    expect(progress(again, [[60, 9]], at(14), 2).job.status).toBe('halted');
  });
});

describe('what somebody has forgiven', () => {
  const stopWhen = { failedPercent: 5, minimumFinished: 20 };

  it('is all that had failed, whoever is executed again', () => {
    const halted = progress(aReleased([100, 900, 1000], NOW, { stopWhen }), [[20, 10]], at(10)).job;
    const again = { ...countAnew(halted, 2, { finished: 10, failed: 0 }), status: 'running' as const, attempt: 2 };
    expect(again.rolloutState!.forgiven).toEqual({ finished: 20, failed: 10 });
    expect(progress(again, [[60, 10]], at(11), 2).job.status).toBe('running');
  });

  it('does not hide what fails later when those that had failed are executed again', () => {
    const halted = progress(aReleased([400, 900, 1000], NOW, { stopWhen }), [[300, 60]], at(10)).job;
    const resumed = decideResume(halted, {}, at(20), NO_OBSTACLE).job;
    expect(resumed.rolloutState!.forgiven).toEqual({ finished: 360, failed: 60 });
    const again = { ...countAnew(resumed, 2, { finished: 60, failed: 60 }), attempt: 2 };
    expect(again.rolloutState!.forgiven).toEqual({ finished: 300, failed: 0 });
    expect(progress(again, [[360, 30]], at(30), 2).job.status).toBe('halted');
  });
});

describe('a wave that is judged by the decision that releases it', () => {
  it('is told first: its commands leave, and it halts when it is looked at again', () => {
    const rollout = {
      waves: [{ percent: 10 }, { percent: 50 }, { percent: 100 }],
      gate: { successPercent: 95, minimumFinished: 1 },
    };
    const first = aReleased([10, 40, 50], NOW, { rollout });
    // one computer of the second wave has failed already: it was told by hand, or its word came early
    const { job, effects } = progress(
      first,
      [
        [10, 0],
        [0, 1],
      ],
      at(1),
    );
    expect(job).toMatchObject({ status: 'running', rolloutState: { released: 2 } });
    expect(effects).toEqual([
      { kind: 'releaseWave', wave: 2 },
      { kind: 'announceWave', wave: 2 },
      { kind: 'setTimer', timer: 'wave', dueAt: at(1) },
    ]);
    expect(decideRollout(job, at(1)).job.status).toBe('halted');
  });
});

describe('a computer that was removed', () => {
  it('counts neither for its wave nor against it', () => {
    const first = aReleased([20, 180, 1800], NOW);
    const word = told(first, [[10, 0]]);
    const removed = { ...word, finished: 15, waves: [{ ...word.waves[0]!, finished: 15, failed: 0 }] };
    expect(decideProgress(first, removed, at(60)).job).toMatchObject({
      status: 'running',
      rolloutState: { released: 2 },
    });
  });
});

describe('counters', () => {
  it('that come late, twice or of an earlier attempt change nothing', () => {
    const job = progress(aReleased([20, 180, 1800], NOW), [[7, 1]], at(90)).job;
    expect(progress(job, [[3, 1]], at(91)).changed).toBe(false);
    const again = { ...job, attempt: 2, rolloutState: { ...job.rolloutState!, attempt: 2 } };
    expect(progress(again, [[9, 9]], at(92), 1).changed).toBe(false);
  });

  it('of a job without waves change nothing', () => {
    const job = { ...aReleased([3], NOW, { rollout: THREE }), rollout: null, rolloutState: null, total: 3 };
    const { changed } = progress({ ...job, rolloutState: null }, [], at(1));
    expect(changed).toBe(false);
  });
});
