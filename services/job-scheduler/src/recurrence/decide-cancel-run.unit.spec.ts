import { aJob, aRunningJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import { decideCancelRun } from './decide-cancel-run.js';
import { runId } from './next-run.js';

const SERIES = aJob().id;
const recurrence = {
  rule: 'FREQ=DAILY;COUNT=2',
  zone: 'UTC',
  runs: ['2026-09-01T00:00:00', '2026-09-02T00:00:00'],
  installAfterMs: null,
  expiresAfterMs: null,
};
const series = (number: number) => ({ id: SERIES, number, of: 2, recurrence: recurrence.rule });
const order = { actor: 'anna' };
const open = { recurrence, ended: null };

describe('decideCancelRun', () => {
  it('given a run that waits, then the next one waits instead', () => {
    const { job, effects } = decideCancelRun(aJob({ series: series(1) }), order, open, NOW);
    expect(job).toMatchObject({ status: 'canceled', statusReason: 'Canceled by anna.' });
    expect(effects.map(({ kind }) => kind)).toEqual(['clearTimers', 'announceStatus', 'makeRun']);
    expect(effects.at(-1)).toMatchObject({
      run: { job: { id: runId(SERIES, 2), startsAt: at(86_400), status: 'scheduled' } },
    });
  });

  it('given the last run, then none follows', () => {
    const { effects } = decideCancelRun(aRunningJob({ series: series(2) }), order, open, NOW);
    expect(effects.map(({ kind }) => kind)).not.toContain('makeRun');
  });

  it('refuses a job that is done once, and one that has ended', () => {
    const cancel = (state: Parameters<typeof decideCancelRun>[2], job = aJob({ series: series(1) })) =>
      decideCancelRun(job, order, state, NOW);
    expect(() => cancel(null, aJob())).toThrow(expect.objectContaining({ code: 'request.invalid' }));
    expect(() => cancel({ recurrence, ended: 'Canceled by bob.' })).toThrow(
      expect.objectContaining({ code: 'job.wrongState', message: expect.stringContaining('Canceled by bob.') }),
    );
    expect(() => cancel(open, aJob({ series: series(1), status: 'completed' }))).toThrow('job.wrongState');
  });
});
