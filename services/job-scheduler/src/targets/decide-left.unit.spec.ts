import type { JobStatus } from '@waybill/contracts';
import { aRunningJob, at } from '../jobs/a-job.fixture.spec.js';
import { decideLeft } from './decide-left.js';

const left = { run: 1, gone: ['g'], still: ['s'] };

describe('decideLeft', () => {
  it.each<[JobStatus, boolean, string]>([
    ['running', false, 'The job goes on.'],
    ['paused', true, 'a meeting'],
    ['halted', true, 'a meeting'],
  ])(
    'of a job that is %s: who is gone is dropped, who is a target still hears how it stands',
    (status, held, reason) => {
      const statusReason = status === 'running' ? null : 'a meeting';
      expect(decideLeft(aRunningJob({ status, statusReason }), left).effects).toEqual([
        { kind: 'dropTargets', computers: ['g'] },
        { kind: 'sendHold', held, reason, computers: ['s'] },
      ]);
    },
  );

  it.each(['canceled', 'expired'] as const)('of a job that was %s meanwhile: all of them hear that', (status) => {
    const job = aRunningJob({ status, statusReason: 'why', finishedAt: at(1), attempt: 2 });
    expect(decideLeft(job, left).effects).toEqual([
      { kind: 'sendCancel', closing: status, attempt: 2, reason: 'why', computers: ['g', 's'] },
    ]);
  });

  it('means nothing for another run, before the first commands, of a completed job, or for nobody', () => {
    expect(decideLeft(aRunningJob({ run: 2 }), left).changed).toBe(false);
    expect(decideLeft(aRunningJob({ phase: 'assigning' }), left).changed).toBe(false);
    expect(decideLeft(aRunningJob({ status: 'completed' }), left).changed).toBe(false);
    expect(decideLeft(aRunningJob(), { run: 1, gone: [], still: [] }).changed).toBe(false);
  });
});
