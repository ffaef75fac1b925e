import { aJob, aRunningJob, at } from '../jobs/a-job.fixture.spec.js';
import { decideExecutionsReady } from './decide-executions-ready.js';

const assigning = aRunningJob({ phase: 'assigning' });

const READY = { run: 1, withdrawn: false };

describe('decideExecutionsReady', () => {
  it('given an assigning job, then the first wave is released', () => {
    const { job, effects } = decideExecutionsReady(assigning, READY, at(1));
    expect(job.phase).toBe('released');
    expect(effects).toEqual([{ kind: 'releaseWave' }]);
  });

  it.each(['canceled', 'expired'] as const)(
    'given a job that was %s meanwhile, then no command leaves and executions are closed again',
    (status) => {
      const { job, effects } = decideExecutionsReady({ ...assigning, status, statusReason: 'why' }, READY, at(1));
      expect(job.status).toBe(status);
      expect(effects).toEqual([{ kind: 'closeExecutions', closing: status, attempt: 1, reason: 'why' }]);
    },
  );

  it('given a job past its expiry, then it expires instead', () => {
    const { job, effects } = decideExecutionsReady({ ...assigning, expiresAt: at(1) }, READY, at(1));
    expect(job.status).toBe('expired');
    expect(effects.map((effect) => effect.kind)).not.toContain('releaseWave');
  });

  it('given a version withdrawn since the targets were resolved, then the executions are closed and no command leaves', () => {
    const { job, effects } = decideExecutionsReady(assigning, { ...READY, withdrawn: true }, at(1));
    const statusReason = expect.stringMatching(
      /^version\.withdrawn: Version 2\.4\.0 of acme-ledger was withdrawn/,
    ) as string;
    expect(job).toMatchObject({ status: 'canceled', phase: 'assigning', statusReason, finishedAt: at(1) });
    expect(effects.map((effect) => effect.kind)).toEqual(['clearTimers', 'announceStatus', 'closeExecutions']);
  });

  it('given all executions are final already, then the job is completed and nobody is commanded', () => {
    const { job, effects } = decideExecutionsReady({ ...assigning, finishedAttempt: 1 }, READY, at(1));
    expect(job.status).toBe('completed');
    expect(effects.map((effect) => effect.kind)).not.toContain('releaseWave');
  });

  it('the same message again, and one of another run, change nothing', () => {
    expect(decideExecutionsReady(aRunningJob(), READY, at(1)).changed).toBe(false);
    expect(decideExecutionsReady(assigning, { ...READY, run: 2 }, at(1)).changed).toBe(false);
    expect(decideExecutionsReady(aJob(), READY, at(1)).changed).toBe(false);
  });
});
