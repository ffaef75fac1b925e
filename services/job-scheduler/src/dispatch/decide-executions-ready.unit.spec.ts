import { aJob, aRunningJob, at } from '../jobs/a-job.fixture.spec.js';
import { decideExecutionsReady } from './decide-executions-ready.js';

const assigning = aRunningJob({ phase: 'assigning' });

describe('decideExecutionsReady', () => {
  it('given an assigning job, then the first wave is released', () => {
    const { job, effects } = decideExecutionsReady(assigning, { run: 1 }, at(1));
    expect(job.phase).toBe('released');
    expect(effects).toEqual([{ kind: 'releaseWave' }]);
  });

  it.each(['canceled', 'expired'] as const)(
    'given a job that was %s meanwhile, then no command leaves and executions are closed again',
    (status) => {
      const { job, effects } = decideExecutionsReady({ ...assigning, status, statusReason: 'why' }, { run: 1 }, at(1));
      expect(job.status).toBe(status);
      expect(effects).toEqual([{ kind: 'closeExecutions', closing: status, attempt: 1, reason: 'why' }]);
    },
  );

  it('given a job past its expiry, then it expires instead', () => {
    const { job, effects } = decideExecutionsReady({ ...assigning, expiresAt: at(1) }, { run: 1 }, at(1));
    expect(job.status).toBe('expired');
    expect(effects.map((effect) => effect.kind)).not.toContain('releaseWave');
  });

  it('given all executions are final already, then the job is completed and nobody is commanded', () => {
    const { job, effects } = decideExecutionsReady({ ...assigning, finishedAttempt: 1 }, { run: 1 }, at(1));
    expect(job.status).toBe('completed');
    expect(effects.map((effect) => effect.kind)).not.toContain('releaseWave');
  });

  it('the same message again, and one of another run, change nothing', () => {
    expect(decideExecutionsReady(aRunningJob(), { run: 1 }, at(1)).changed).toBe(false);
    expect(decideExecutionsReady(assigning, { run: 2 }, at(1)).changed).toBe(false);
    expect(decideExecutionsReady(aJob(), { run: 1 }, at(1)).changed).toBe(false);
  });
});
