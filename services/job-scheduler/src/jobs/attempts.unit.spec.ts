import { cancelContent, executeContent, holdContent } from '../dispatch/command-content.js';
import { decideCancel } from '../cancellation/decide-cancel.js';
import { decideReexecute } from '../reexecution/decide-reexecute.js';
import { aRunningJob, NOW } from './a-job.fixture.spec.js';
import { attemptAfter, lastAttempt, retryPolicy } from './attempts.js';

const retry = { attempts: 3, on: ['download.*'] };
const VERSION = { signedManifest: 'jws', manifestDigest: 'sha256:0' };

describe('attempts of a job with a retry policy', () => {
  it('tells the agents, with what was left out', () => {
    const job = aRunningJob({ retry });
    const expected = { attempts: 3, backoffMs: 300_000, multiplier: 2, jitter: 0.2, on: ['download.*'] };
    expect(executeContent(job, VERSION, 1, NOW)).toMatchObject({ retry: expected });
    expect(retryPolicy({ retry: { attempts: 2, backoff: 'PT1S', multiplier: 1, jitter: 0 } })).toEqual({
      attempts: 2,
      backoffMs: 1000,
      multiplier: 1,
      jitter: 0,
      on: ['*'],
    });
    expect(executeContent(aRunningJob(), VERSION, 1, NOW)).not.toHaveProperty('retry');
  });

  it('holds and cancels whatever attempt a computer has come to', () => {
    const job = aRunningJob({ retry });
    expect(holdContent(job, true, 'Paused.')).toMatchObject({ attempt: 3 });
    const { effects } = decideCancel(job, { actor: 'admin' }, NOW);
    const closing = effects.find(({ kind }) => kind === 'sendCancel');
    expect(closing).toMatchObject({ attempt: 3 });
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'closeExecutions', attempt: 3 }));
    expect(cancelContent({ jobId: job.id, run: 1, attempt: 3, closing: 'canceled', reason: '' }, NOW)).toMatchObject({
      attempt: 3,
    });
  });

  it('numbers a re-execution after all that computers may have come to by themselves', () => {
    const job = aRunningJob({ retry });
    const again = decideReexecute(job, { requestId: 'r', only: 'failed', mayResume: true, leaseMs: 1000 }, NOW).job;
    expect(again.reexecution).toMatchObject({ attempt: 4 });
    expect([attemptAfter({ retry, attempt: 4 }), lastAttempt({ retry, attempt: 4 })]).toEqual([7, 6]);
    expect([attemptAfter({ retry: null, attempt: 4 }), lastAttempt({ retry: null, attempt: 4 })]).toEqual([5, 4]);
  });
});
