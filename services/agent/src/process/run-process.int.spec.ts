import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { put, temporary } from '../../spec/packages.js';
import { fit, outputTail } from './output-tail.js';
import { findGroupLeader, isRunning } from './process-table.js';
import { runProcess } from './run-process.js';

describe('a program', () => {
  const place = temporary('process');
  const log = join(place.path, 'log');
  let number = 0;
  afterAll(() => place.dispose());

  const script = (body: string) => {
    const file = join(place.path, `script-${number++}.sh`);
    put(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o700);
    return { file, args: ['one', 'two words'] };
  };
  const options = (timeoutMs = 20_000) => ({ cwd: place.path, timeoutMs, log });

  it('runs without a shell, in its directory, with a clean environment, its output on disk', async () => {
    process.env['SPEC_SECRET'] = 'secret';
    const line = {
      ...script('echo "$2|$PWD|$SPEC_SECRET|$GIVEN|$DEBIAN_FRONTEND"; echo wrong >&2; exit 3'),
      env: { GIVEN: 'given' },
    };
    expect(await runProcess(line, options())).toEqual({ kind: 'exited', exitCode: 3 });
    expect(outputTail(log)).toBe(`two words|${place.path}||given|noninteractive\nwrong\n`);
  });

  it('is ended with everything it started when its time is over', async () => {
    const mark = join(place.path, 'child');
    const line = script(`(sleep 60; touch ${mark}) & echo $! > ${mark}.pid; wait`);
    expect(await runProcess(line, options(500))).toEqual({ kind: 'timedOut' });
    const pid = Number(readFileSync(`${mark}.pid`, 'utf8'));
    await eventually(() => expect(isRunning({ pid, startTicks: '' })).toBe(false));
    expect(existsSync(mark)).toBe(false);
  });

  it('that cannot be started, or dies by a signal, says why', async () => {
    expect(await runProcess({ file: join(place.path, 'missing'), args: [] }, options())).toMatchObject({
      kind: 'broken',
      why: expect.stringContaining('ENOENT'),
    });
    expect(await runProcess(script('kill -SEGV $$'), options())).toEqual({
      kind: 'broken',
      why: 'signal SIGSEGV ended it',
    });
  });

  it('is found again by its environment, and told apart from a later process of the same number', async () => {
    let started: { pid: number; startTicks: string } | undefined;
    const stop = new AbortController();
    const line = { ...script('sleep 60'), env: { SPEC_EXECUTION: 'abc.1.1' } };
    const ended = runProcess(line, { ...options(), signal: stop.signal, started: (process) => (started = process) });
    await eventually(() => expect(findGroupLeader('SPEC_EXECUTION', 'abc.1.1')).toEqual(started));
    expect(isRunning(started!)).toBe(true);
    expect(isRunning({ ...started!, startTicks: '1' })).toBe(false);
    stop.abort();
    await ended;
    expect(findGroupLeader('SPEC_EXECUTION', 'abc.1.1')).toBeNull();
  });

  it('leaves the last 64 KiB of its output for the report, always small enough', () => {
    const path = join(place.path, 'long');
    put(path, 'a'.repeat(70_000) + 'end');
    expect(outputTail(path)).toHaveLength(65_536);
    expect(outputTail(path)!.endsWith('end')).toBe(true);
    expect(outputTail(join(place.path, 'none'))).toBeNull();
    expect(fit('')).toBeNull();
    expect(fit('a\r\nb\u0000c\u001b[0m')).toBe('a\nb\ufffdc\ufffd[0m');
    for (const text of ['"'.repeat(65_536), '\\n'.repeat(32_768), '\u0001'.repeat(65_536)])
      expect(Buffer.byteLength(JSON.stringify(fit(text)))).toBeLessThanOrEqual(98_304);
  });
});
