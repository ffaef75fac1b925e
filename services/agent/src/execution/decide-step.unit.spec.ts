import type { Variant } from '@waybill/contracts/agent';
import { executeCommand, inFuture, manifestOf } from '../../spec/commands.js';
import type { AttemptRecord, StepRecord } from '../journal/journal.records.js';
import { momentsOf } from '../time/command-moments.js';
import { newAttempt } from './attempt.js';
import { type Decision, decideStep, verdictOf } from './decide-step.js';
import { planSteps } from './plan-steps.js';

const variant: Variant = {
  platform: { os: 'linux' },
  artifacts: [{ file: 'a.tar.gz', sha256: '0'.repeat(64), size: 1 }, { file: 'check.sh' }],
  installer: { type: 'archive', directory: '/opt/a' },
  requirements: [{ script: { file: 'check.sh' } }],
  hooks: { before: 'check.sh', after: 'check.sh', onError: 'check.sh' },
};
const command = executeCommand({ audience: { shard: 1 }, manifest: manifestOf(variant) });
const FULL = [
  'scripts',
  'requirements',
  'detection.before',
  'space',
  'download',
  'requirements.again',
  'hook.before',
  'install',
  'hook.after',
  'detection',
];

const done = (name: string, ok: boolean | null = true): StepRecord => ({
  name,
  startedAt: 's',
  finishedAt: 'f',
  ok,
  detail: null,
  exitCode: null,
  process: null,
});
const running = (name: string): StepRecord => ({ ...done(name, null), finishedAt: null });
const record = (steps: StepRecord[], part: Partial<AttemptRecord> = {}): AttemptRecord => ({
  ...newAttempt(command, '2026-09-01T00:00:00Z'),
  steps,
  ...part,
});
const factsOf = ({ command: of }: AttemptRecord) => ({
  now: Date.now(),
  moments: momentsOf(of, () => 'UTC'),
  bootId: 'this',
});
const decide = (attempt: AttemptRecord, chosen: Variant | null = variant): Decision =>
  decideStep(attempt, { ...factsOf(attempt), variant: chosen, closed: false, userWaits: false, fetchWaits: false });
/** With a computer that may not be changed now, or whose users may still put it off. */
const decideIn = (attempt: AttemptRecord, closed: boolean, userWaits: boolean): Decision =>
  decideStep(attempt, { ...factsOf(attempt), variant, closed, userWaits, fetchWaits: false });
/** With files that may not be fetched yet. */
const decideToFetch = (attempt: AttemptRecord): Decision =>
  decideStep(attempt, { ...factsOf(attempt), variant, closed: false, userWaits: false, fetchWaits: true });
const nameOf = (decision: Decision) => (decision.do === 'run' ? decision.step : decision.do);

describe('the step machine', () => {
  it.each(FULL.map((step, index) => [step, FULL.slice(0, index)]))('runs %s after %s', (step, before) => {
    expect(nameOf(decide(record(before.map((name) => done(name)))))).toBe(step);
  });

  it('waits until it may fetch, before what is fetched and nothing else, until it has begun', () => {
    const next = (step: string) => decideToFetch(record(FULL.slice(0, FULL.indexOf(step)).map((name) => done(name))));
    for (const step of FULL)
      expect([step, nameOf(next(step))]).toEqual([step, ['scripts', 'download'].includes(step) ? 'bandwidth' : step]);
    expect(next('download')).toMatchObject({ status: 'waiting', slot: 'none' });
  });

  it('asks for the window, then its users, before each step that changes the computer, until it has begun', () => {
    const before = (step: string) => FULL.slice(0, FULL.indexOf(step)).map((name) => done(name));
    const next = (steps: StepRecord[], closed: boolean, userWaits: boolean) =>
      nameOf(decideIn(record(steps), closed, userWaits));
    for (const step of ['requirements.again', 'hook.before']) {
      const waited = [...before(step), done('window'), done('user')];
      expect(next(before(step), true, true)).toBe('window');
      expect(next([...before(step), done('window')], false, true)).toBe('user');
      // what has been waited for once may have to be waited for again
      expect(next(waited, true, false)).toBe('window');
      expect(next(waited, false, false)).toBe(step);
    }
    expect(next(before('download'), true, true)).toBe('download');
    expect(next(before('install'), true, true)).toBe('install');
  });

  it.each(['scripts', 'requirements', 'space', 'download', 'detection'])(
    'runs %s again when it was cut off',
    (name) => {
      const before = FULL.slice(0, FULL.indexOf(name)).map((step) => done(step));
      expect(nameOf(decide(record([...before, running(name)])))).toBe(name);
    },
  );

  it.each(['hook.before', 'install', 'hook.after'])('never repeats %s: detection decides', (name) => {
    const before = FULL.slice(0, FULL.indexOf(name)).map((step) => done(step));
    expect(nameOf(decide(record([...before, done(name, null)])))).toBe('detection');
  });

  it('says the status that belongs to the step', () => {
    const status = (steps: string[]) =>
      decide(
        record(
          steps.map((name) => done(name)),
          { status: 'accepted' },
        ),
      );
    expect(status(FULL.slice(0, 4))).toMatchObject({ step: 'download', status: 'downloading', slot: 'prepare' });
    expect(status(FULL.slice(0, 7))).toMatchObject({ step: 'install', status: 'installing', slot: 'installer' });
    expect(status(FULL.slice(0, 9))).toMatchObject({ step: 'detection', status: 'verifying', slot: 'installer' });
  });

  it('waits for the start by its own clock before anything else, unless that has passed', () => {
    const wall = (ahead: number) => inFuture(ahead).slice(0, 19);
    const of = (local: object, action: 'install' | 'uninstall' | 'verify' = 'install') =>
      nameOf(decide(record([], { command: { ...command, action, installAt: 'local', local } })));
    const ahead = { startAt: wall(60_000) };
    expect([of(ahead), of(ahead, 'uninstall'), of(ahead, 'verify')]).toEqual(['start', 'start', 'start']);
    expect(of({ startAt: wall(-60_000) })).toBe('scripts');
    expect(of({ installAt: wall(60_000) })).toBe('scripts');
  });

  it('goes on with what was begun, although its clock says afterwards that it was too early', () => {
    const wall = inFuture(3_600_000).slice(0, 19);
    const early = { ...command, installAt: 'local' as const, local: { startAt: wall, installAt: wall } };
    const after = (count: number) =>
      nameOf(
        decide(
          record(
            FULL.slice(0, count).map((name) => done(name)),
            { command: early },
          ),
        ),
      );
    expect([after(0), after(1), after(4), after(5), after(7)]).toEqual([
      'start',
      'requirements',
      'download',
      'schedule',
      'install',
    ]);
  });

  it('does not wait for a moment of installation that has passed', () => {
    const fetched = FULL.slice(0, 5).map((name) => done(name));
    const at = (installAt: string) => nameOf(decide(record(fetched, { command: { ...command, installAt } })));
    expect([at(inFuture(60_000)), at(inFuture(-1))]).toEqual(['schedule', 'requirements.again']);
  });

  it('stops what has not begun, and only that', () => {
    const cancel = { status: 'canceled' as const, reason: 'Wrong version.' };
    const downloaded = FULL.slice(0, 5).map((name) => done(name));
    expect(decide(record(downloaded, { cancel }))).toEqual({
      do: 'finish',
      verdict: verdictOf('canceled', 'job.canceled', 'Wrong version.'),
    });
    expect(decide(record(downloaded, { cancel: { status: 'expired', reason: '' } }))).toMatchObject({
      verdict: { status: 'expired', reason: 'job.expired' },
    });
    expect(
      nameOf(decide(record([...downloaded, done('requirements.again'), running('hook.before')], { cancel }))),
    ).toBe('hook.before');
    expect(nameOf(decide(record([...downloaded, done('requirements.again'), done('hook.before')], { cancel })))).toBe(
      'install',
    );
  });

  it('ends an execution whose time is over before it has begun', () => {
    const late = record([], { command: { ...command, expiresAt: inFuture(-1) } });
    expect(decide(late)).toMatchObject({ do: 'finish', verdict: { status: 'expired', reason: 'command.expired' } });
    expect(nameOf(decide({ ...late, steps: FULL.slice(0, 7).map((name) => done(name)) }))).toBe('install');
  });

  it('rejects a package without a variant for the platform, and an uninstallation nobody described', () => {
    expect(decide(record([]), null)).toMatchObject({ verdict: { status: 'rejected', reason: 'variant.none' } });
    const script: Variant = { ...variant, installer: { type: 'script', file: 'check.sh' } };
    expect(decide(record([], { command: { ...command, action: 'uninstall' } }), script)).toMatchObject({
      verdict: { reason: 'action.unsupported' },
    });
  });

  it('after a failure runs the error hook, settles, and ends; after a success it only settles', () => {
    const begun = FULL.slice(0, 8).map((name) => done(name));
    const verdict = verdictOf('failed', 'install.exitCode');
    expect(nameOf(decide(record(begun, { verdict })))).toBe('hook.onError');
    expect(nameOf(decide(record([...begun, done('hook.onError', null)], { verdict })))).toBe('settle');
    expect(nameOf(decide(record([...begun, done('hook.onError'), running('settle')], { verdict })))).toBe('settle');
    expect(decide(record([...begun, done('hook.onError'), done('settle')], { verdict }))).toEqual({
      do: 'finish',
      verdict,
    });
    expect(nameOf(decide(record(begun, { verdict: { ...verdict, status: 'succeeded' } })))).toBe('settle');
  });

  it('ends at once when nothing has begun', () => {
    const verdict = verdictOf('rejected', 'requirement.disk');
    expect(decide(record([done('requirements', false)], { verdict }))).toEqual({ do: 'finish', verdict });
    expect(decide(record([], { finishedAt: 'now' }))).toEqual({ do: 'nothing' });
  });

  it('waits for a restart that the installer asked for, and goes on after it', () => {
    const steps = FULL.slice(0, 9).map((name) => done(name));
    expect(decide(record(steps, { bootId: 'this' }))).toEqual({ do: 'park' });
    expect(nameOf(decide(record(steps, { bootId: 'an earlier one' })))).toBe('detection');
  });
});

describe('the plan', () => {
  const deb: Variant = { platform: { os: 'linux' }, artifacts: [{ file: 'a.deb' }], installer: { type: 'deb' } };
  const detected: Variant = { ...deb, detection: [{ deb: { package: 'a' } }] };

  it.each([
    ['install', deb, ['space', 'download', 'detection.before', 'install', 'detection']],
    ['install', detected, ['detection.before', 'space', 'download', 'install', 'detection']],
    ['uninstall', deb, ['space', 'download', 'detection.before', 'uninstall', 'detection']],
    ['uninstall', detected, ['detection.before', 'uninstall', 'detection']],
    ['verify', deb, ['space', 'download', 'detection']],
    ['verify', detected, ['detection']],
  ] as const)('of %s', (action, chosen, steps) => {
    expect(planSteps({ action }, chosen)).toEqual(steps);
  });

  it('waits for its moment with everything on disk', () => {
    expect(planSteps({ action: 'install', installAt: inFuture() }, detected)).toEqual([
      'detection.before',
      'space',
      'download',
      'schedule',
      'install',
      'detection',
    ]);
  });
});
