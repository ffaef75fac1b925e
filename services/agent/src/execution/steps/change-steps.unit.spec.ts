import { executeCommand } from '../../../spec/commands.js';
import type { Presence } from '../../detection/finding.js';
import type { InstallResult } from '../../installers/installer.js';
import type { StepRecord } from '../../journal/journal.records.js';
import { judgeFinding, judgeResult } from './change-steps.js';
import { judgeBefore } from './judge-steps.js';

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
  const judge = (action: 'install' | 'uninstall' | 'verify', presence: Presence, ok: boolean | null = true) =>
    judgeFinding(
      { presence, evidence: 'deb x' },
      { command: executeCommand({ audience: { shard: 1 }, action }), steps: [step(ok)] },
    );

  it.each([
    ['install', 'present', true, 'succeeded', null],
    ['install', 'absent', true, 'failed', 'verify.notDetected'],
    ['install', 'present', null, 'succeeded', null],
    ['install', 'absent', null, 'failed', 'agent.restarted'],
    ['uninstall', 'absent', true, 'succeeded', null],
    ['uninstall', 'present', true, 'failed', 'verify.stillDetected'],
    ['install', 'unknown', true, 'failed', 'verify.notDetected'],
    ['uninstall', 'unknown', true, 'failed', 'verify.stillDetected'],
    ['uninstall', 'unknown', null, 'failed', 'agent.restarted'],
    ['verify', 'unknown', true, 'failed', 'verify.notDetected'],
    ['verify', 'present', true, 'succeeded', null],
    ['verify', 'absent', true, 'failed', 'verify.notDetected'],
  ] as const)('%s, %s, step %s: %s %s', (action, presence, ok, status, reason) => {
    expect(judge(action, presence, ok)).toMatchObject({ status, reason, evidence: 'deb x' });
  });

  it.each(['install', 'uninstall'] as const)('does not make up for a cut-off hook after the %s', (action) => {
    const steps = [step(true), { ...step(null), name: 'hook.after' }];
    const record = { command: executeCommand({ audience: { shard: 1 }, action }), steps };
    const presence = action === 'install' ? 'present' : 'absent';
    const expected = { status: 'failed', reason: 'agent.restarted' };
    expect(judgeFinding({ presence, evidence: 'deb x' }, record)).toMatchObject(expected);
    const finished = { ...record, steps: [step(null), { ...step(true), name: 'hook.after' }] };
    expect(judgeFinding({ presence, evidence: 'deb x' }, finished)).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['install', 'present', 'alreadyInstalled'],
    ['install', 'unknown', undefined],
    ['install', 'absent', undefined],
    ['uninstall', 'absent', 'alreadyAbsent'],
    ['uninstall', 'unknown', undefined],
    ['uninstall', 'present', undefined],
  ] as const)('before an %s, %s: %s', (action, presence, reason) => {
    expect(judgeBefore({ presence, evidence: 'deb x' }, { action }).verdict?.reason).toBe(reason);
  });
});
