import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstancePaths } from './local-paths.ts';
import { isAlive, startTimeOf } from './process-identity.ts';
import { RunningInstance, runningServices } from './running-instance.ts';

describe('an instance', () => {
  let directory: string;
  let paths: InstancePaths;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waybill-instance-'));
    paths = { name: 'spec', directory, keys: directory, log: directory, data: directory, dataInside: directory };
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('belongs to one process at a time, which the next one names', async () => {
    await new RunningInstance(paths).claim();
    await expect(new RunningInstance(paths).claim()).rejects.toThrow(`already runs as process ${process.pid}`);
  });

  it('is free again after its release', async () => {
    const first = new RunningInstance(paths);
    await first.claim();
    first.release();
    await expect(new RunningInstance(paths).claim()).resolves.toBeUndefined();
  });

  it('whose process was killed is taken over once the servers it left are gone', async () => {
    const server = spawn('sleep', ['0.4'], { detached: true, stdio: 'ignore' });
    const identity = { pid: server.pid ?? 0, startTime: startTimeOf(server.pid ?? 0) ?? '' };
    const owner = { pid: 1, startTime: 'another boot' };
    writeFileSync(join(directory, 'running.json'), JSON.stringify({ owner, servers: { sleeper: identity } }));
    expect(isAlive(identity)).toBe(true);
    await new RunningInstance(paths).claim();
    expect(isAlive(identity)).toBe(false);
  });

  const services = { gatewayUrl: 'http://127.0.0.1:9000', fleetUrl: 'http://127.0.0.1:9001', adminPasswordFile: '/p' };

  it('tells where its services answer, from the moment they are ready until its release', async () => {
    const instance = new RunningInstance(paths);
    expect(runningServices(paths)).toBeUndefined();
    await instance.claim();
    expect(runningServices(paths)).toBeUndefined();
    instance.announce(services);
    instance.note('MinIO', { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' });
    expect(runningServices(paths)).toEqual(services);
    instance.release();
    expect(runningServices(paths)).toBeUndefined();
  });

  it('has no services any more once its process was killed', () => {
    const owner = { pid: 1, startTime: 'another boot' };
    writeFileSync(join(directory, 'running.json'), JSON.stringify({ owner, servers: {}, services }));
    expect(runningServices(paths)).toBeUndefined();
  });

  it('is not held by a process that merely got the same number', async () => {
    const owner = { pid: process.pid, startTime: '1' };
    writeFileSync(join(directory, 'running.json'), JSON.stringify({ owner, servers: {} }));
    await expect(new RunningInstance(paths).claim()).resolves.toBeUndefined();
  });
});
