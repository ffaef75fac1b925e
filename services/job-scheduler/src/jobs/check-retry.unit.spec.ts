import type { JobRetry } from '@waybill/contracts';
import { retryErrors } from './check-retry.js';

const errors = (retry: Partial<JobRetry>) =>
  retryErrors({ attempts: 3, ...retry }).map(({ pointer, message }) => `${pointer} ${message}`);

describe('the retry policy of an order', () => {
  it.each([
    {},
    { backoff: 'PT1S' },
    { backoff: 'P7D', on: ['*'] },
    { on: ['download.*', 'download.failed', 'install.exitCode', 'install.exitCode:1618', 'install.exitCode:-1'] },
    { on: ['install.exitCode:4294967295', 'requirement.*', 'agent.error'] },
  ])('takes %j', (retry) => {
    expect(errors(retry)).toEqual([]);
  });

  it.each([
    [{ backoff: 'PT0S' }, '/retry/backoff backoff must be from PT1S to P7D, not PT0S'],
    [{ backoff: 'P8D' }, '/retry/backoff backoff must be from PT1S to P7D, not P8D'],
    [{ on: ['*', 'downlaod.*'] }, '/retry/on/1 "downlaod.*" names no reason (did you mean "download.*"?)'],
    [{ on: ['install'] }, '/retry/on/0 "install" names no reason'],
    [{ on: [''] }, '/retry/on/0 "" names no reason'],
    [{ on: ['download.failed:3'] }, '/retry/on/0 only install.exitCode has an exit code'],
    [{ on: ['install.exitCode:x'] }, '/retry/on/0 "x" is not an exit code'],
    [{ on: ['install.exitCode:1:2'] }, '/retry/on/0 "1:2" is not an exit code'],
    [{ on: ['install.exitCode:4294967296'] }, '/retry/on/0 "4294967296" is not an exit code'],
  ])('refuses %j: %s', (retry, expected) => {
    expect(errors(retry)).toEqual([expect.stringContaining(expected)]);
  });

  it('names every mistake at once', () => {
    expect(errors({ backoff: 'PT0S', on: ['a', 'b'] })).toHaveLength(3);
  });
});
