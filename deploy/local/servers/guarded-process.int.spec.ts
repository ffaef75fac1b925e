import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { startTimeOf } from '../process-identity.ts';
import { GuardedProcess } from './guarded-process.ts';

/** Says when it was asked to stop, and only then ends. */
const SERVER = 'trap "echo stopping; exit 0" TERM; echo ready $$; while :; do sleep 0.05; done';

describe('a guarded process', () => {
  let directory: string;
  let logFile: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waybill-guard-'));
    logFile = join(directory, 'server.log');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const log = (): string => readFileSync(logFile, 'utf8');
  const serverPid = (): number => Number(/ready (\d+)/.exec(log())?.[1]);
  const started = (stopTimeoutMs = 10_000, script = SERVER): GuardedProcess =>
    new GuardedProcess({ command: ['sh', '-c', script], env: process.env, logFile, stopSignal: 'TERM', stopTimeoutMs });

  it('is asked to stop, and is gone when the stop returns', async () => {
    const guarded = started();
    await eventually(() => expect(log()).toContain('ready'));
    const pid = serverPid();
    await guarded.stop();
    expect(log()).toContain('stopping');
    expect(startTimeOf(pid)).toBeUndefined();
    expect(guarded.running).toBe(false);
  });

  it('that does not heed the stop is killed after its time', async () => {
    const guarded = started(200, 'trap "" TERM; echo ready $$; while :; do sleep 0.05; done');
    await eventually(() => expect(log()).toContain('ready'));
    const pid = serverPid();
    await guarded.stop();
    await eventually(() => expect(startTimeOf(pid)).toBeUndefined());
  });

  it('that is killed is not asked first', async () => {
    const guarded = started();
    await eventually(() => expect(log()).toContain('ready'));
    await guarded.kill();
    expect(log()).not.toContain('stopping');
  });

  it('stops orderly when the process that started it is killed', async () => {
    const module = new URL('./guarded-process.ts', import.meta.url).href;
    const starter = `
      import { GuardedProcess } from ${JSON.stringify(module)};
      new GuardedProcess({ command: ['sh', '-c', ${JSON.stringify(SERVER)}], env: process.env, logFile: ${JSON.stringify(logFile)}, stopSignal: 'TERM', stopTimeoutMs: 10000 });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', starter], { stdio: 'ignore' });
    await eventually(() => expect(log()).toContain('ready'));
    const pid = serverPid();
    parent.kill('SIGKILL');
    await eventually(() => expect(startTimeOf(pid)).toBeUndefined());
    expect(log()).toContain('stopping');
  });
});
