import type { JobTimeouts } from '@waybill/contracts';
import { executeContent } from '../dispatch/command-content.js';
import { aRunningJob, at, NOW } from './a-job.fixture.spec.js';
import { timeoutErrors, timeoutScheduleErrors } from './check-timeouts.js';
import { timeoutLimits } from './timeouts.js';

const errors = (timeouts: JobTimeouts) =>
  timeoutErrors(timeouts).map(({ pointer, message }) => `${pointer} ${message}`);

describe('the timeouts of an order', () => {
  it.each([{}, { accept: 'PT10S' }, { accept: 'P365D', progress: 'PT2H', execution: 'PT6H' }])(
    'takes %j',
    (timeouts) => {
      expect(errors(timeouts)).toEqual([]);
    },
  );

  it.each([
    [{ accept: 'PT0S' }, '/timeouts/accept accept must be from PT10S to P365D, not PT0S'],
    [{ progress: 'PT9S' }, '/timeouts/progress progress must be'],
    [{ execution: 'P366D' }, '/timeouts/execution execution must be'],
    [{ progress: 'PT6H', execution: 'PT6H' }, '/timeouts/progress a computer that is silent for PT6H'],
  ])('refuses %j: %s', (timeouts, expected) => {
    expect(errors(timeouts)).toEqual([expect.stringContaining(expected)]);
  });

  it('refuses a limit that the end of the job comes before', () => {
    const schedule = { startsAt: NOW, expiresAt: at(3600) };
    expect(timeoutScheduleErrors({ accept: 'PT1H' }, schedule)).toMatchObject([{ pointer: '/timeouts/accept' }]);
    expect(timeoutScheduleErrors({ accept: 'PT59M' }, schedule)).toEqual([]);
    expect(timeoutScheduleErrors(undefined, schedule)).toEqual([]);
  });

  it('tells result in milliseconds, and agents until when to take it up', () => {
    const job = aRunningJob({ timeouts: { accept: 'PT1M', execution: 'PT6H' } });
    expect(timeoutLimits(job)).toEqual({ acceptMs: 60_000, progressMs: undefined, executionMs: 21_600_000 });
    const version = { signedManifest: 'jws', manifestDigest: 'sha256:0' };
    expect(executeContent(job, version, 1, NOW)).toMatchObject({ acceptBy: at(60).toISOString() });
    expect(executeContent(aRunningJob(), version, 1, NOW)).not.toHaveProperty('acceptBy');
    expect(timeoutLimits(aRunningJob())).toBeUndefined();
  });
});
