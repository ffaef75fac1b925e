import { executeCommand } from '../../../spec/commands.js';
import type { InstallResult } from '../../installers/installer.js';
import type { StepRecord } from '../../journal/journal.records.js';
import { judgeFinding, judgeResult } from './change-steps.js';

const exited = (exitCode: number): InstallResult => ({ kind: 'exited', exitCode });
const CODES = { success: [0, 7], restart: [3010], retry: [1618] };

describe('the end of an installer', () => {
  it.each<[InstallResult, typeof CODES | undefined, object]>([
    [exited(0), undefined, { ok: true, exitCode: 0 }],
    [exited(1), undefined, { ok: false, verdict: { status: 'failed', reason: 'install.exitCode', exitCode: 1 } }],
    [exited(7), CODES, { ok: true, exitCode: 7 }],
    [exited(3010), CODES, { ok: true, bootId: 'boot' }],
    [
      exited(1618),
      CODES,
      {
        ok: false,
        verdict: { reason: 'install.exitCode', exitCode: 1618, message: expect.stringContaining('tried again later') },
      },
    ],
    [exited(3010), undefined, { ok: false }],
    [{ kind: 'timedOut' }, CODES, { verdict: { status: 'failed', reason: 'install.timeout' } }],
    [
      { kind: 'refused', why: '"../x" leaves its directory' },
      CODES,
      { verdict: { reason: 'install.archive', message: expect.stringContaining('../x') } },
    ],
    [{ kind: 'broken', why: 'signal SIGSEGV ended it' }, CODES, { verdict: { reason: 'install.failed' } }],
  ])('%j with %j', (result, codes, expected) => expect(judgeResult(result, codes, 'boot')).toMatchObject(expected));
});

describe('what detection found', () => {
  const step = (ok: boolean | null): StepRecord => ({
    name: 'install',
    startedAt: '',
    finishedAt: 'x',
    ok,
    detail: null,
    exitCode: ok ? 0 : null,
    process: null,
  });
  const judge = (action: 'install' | 'uninstall' | 'verify', found: boolean, ok: boolean | null = true) =>
    judgeFinding(
      { found, evidence: 'deb x' },
      { command: executeCommand({ audience: { shard: 1 }, action }), steps: [step(ok)] },
    );

  it.each([
    ['install', true, true, 'succeeded', null],
    ['install', false, true, 'failed', 'verify.notDetected'],
    ['install', true, null, 'succeeded', null],
    ['install', false, null, 'failed', 'agent.restarted'],
    ['uninstall', false, true, 'succeeded', null],
    ['uninstall', true, true, 'failed', 'verify.stillDetected'],
    ['verify', true, true, 'succeeded', null],
    ['verify', false, true, 'failed', 'verify.notDetected'],
  ] as const)('%s, found %s, step %s: %s %s', (action, found, ok, status, reason) => {
    expect(judge(action, found, ok)).toMatchObject({ status, reason, evidence: 'deb x' });
  });
});
