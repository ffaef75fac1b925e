import { aJob, at } from './a-job.fixture.spec.js';
import { changed } from './decision.js';
import { timerChanges } from './timer-changes.js';

describe('timerChanges', () => {
  const job = aJob();

  it('lets the last change of a timer count', () => {
    const decision = changed(job, {}, [
      { kind: 'setTimer', timer: 'resolve', dueAt: at(1) },
      { kind: 'clearTimers', timers: ['resolve', 'start'] },
      { kind: 'clearTimers', timers: ['expire'] },
      { kind: 'setTimer', timer: 'expire', dueAt: at(9) },
    ]);
    expect(timerChanges([decision])).toEqual({
      clear: [
        { jobId: job.id, kind: 'resolve' },
        { jobId: job.id, kind: 'start' },
      ],
      set: [{ jobId: job.id, kind: 'expire', dueAt: at(9) }],
    });
  });

  it('keeps the timers of different jobs apart', () => {
    const other = aJob({ id: '01990000-0000-7000-8000-000000000002' });
    const { clear, set } = timerChanges([
      changed(job, {}, [{ kind: 'clearTimers', timers: ['expire'] }]),
      changed(other, {}, [{ kind: 'setTimer', timer: 'expire', dueAt: at(1) }]),
    ]);
    expect(clear).toEqual([{ jobId: job.id, kind: 'expire' }]);
    expect(set).toEqual([{ jobId: other.id, kind: 'expire', dueAt: at(1) }]);
  });
});
