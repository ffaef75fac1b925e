import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { temporary } from '../../spec/packages.js';
import { silentLog } from '../log.js';
import { serviceManager } from './service-manager.js';

/** Listens as systemd does, and prints what comes. */
const LISTENER = `
  use IO::Socket::UNIX; use Socket; $| = 1;
  my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die $!;
  print "listening\\n";
  while (defined $s->recv(my $m, 4096)) { $m =~ s/\\n/ /g; print "$m\\n"; }
`;
const WITHIN = { timeoutMs: 60_000 };
const canHear = ['perl', 'systemd-notify'].every((program) => spawnSync(program, ['--version']).status === 0);
if (!canHear)
  process.stderr.write('SKIPPED: what the agent tells systemd was NOT tried; it needs perl and systemd-notify.\n');

(canHear ? describe : describe.skip)('the service manager', () => {
  const place = temporary('notify');
  const socket = join(place.path, 'socket');
  let listener: ChildProcess;
  let heard = '';
  beforeAll(async () => {
    listener = spawn('perl', ['-e', LISTENER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    listener.stdout!.on('data', (text) => (heard += String(text)));
    await eventually(() => expect(heard).toContain('listening'), WITHIN);
  });
  beforeEach(() => (heard = ''));
  afterAll(() => {
    listener.kill('SIGKILL');
    place.dispose();
  });
  const environment = (more: Record<string, string> = {}) =>
    ({ PATH: process.env['PATH'], NOTIFY_SOCKET: socket, ...more }) as Record<string, string>;

  it('hears when the agent is ready, again and again that it lives, and when it ends', async () => {
    const manager = serviceManager(environment({ WATCHDOG_USEC: '100000', WATCHDOG_PID: `${process.pid}` }), silentLog);
    manager.ready();
    await eventually(() => expect(heard).toMatch(/READY=1/), WITHIN);
    await eventually(() => expect(heard.match(/WATCHDOG=1/g)!.length).toBeGreaterThan(2), WITHIN);
    manager.stopping();
    await eventually(() => expect(heard).toMatch(/STOPPING=1/), WITHIN);
  });

  it.each<[string, Record<string, string>]>([
    ['nobody asked for it', {}],
    ['another process is watched', { WATCHDOG_USEC: '1000', WATCHDOG_PID: '1' }],
    ['the time makes no sense', { WATCHDOG_USEC: 'soon' }],
  ])('is not told that the agent lives when %s', async (_, env) => {
    const manager = serviceManager(environment(env), silentLog);
    manager.ready();
    manager.stopping();
    await eventually(() => expect(heard).toMatch(/STOPPING=1/), WITHIN);
    await eventually(() => expect(heard).toMatch(/READY=1/), WITHIN);
    expect(heard).not.toContain('WATCHDOG');
  });

  it('leaves nothing of it to what the agent starts', () => {
    const env = environment({ WATCHDOG_USEC: '1', WATCHDOG_PID: '1' });
    serviceManager(env, silentLog);
    expect(Object.keys(env)).toEqual(['PATH']);
  });

  it('does no harm where systemd is gone, or there never was one', async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_: object, sentence: string) => void warnings.push(sentence) };
    serviceManager(environment({ NOTIFY_SOCKET: join(place.path, 'gone') }), log).ready();
    await eventually(() => expect(warnings).toEqual(['systemd could not be told how the agent is']), WITHIN);
    serviceManager({}, log).ready();
    expect(warnings).toHaveLength(1);
  });
});
