import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { temporary } from '../../spec/packages.js';
import { silentLog } from '../log.js';
import { DesktopNotifier, findProgram, notifyArguments } from './desktop-notifier.js';
import { desktopSessions } from './desktop-sessions.js';
import type { Notice } from './notifier.js';

const OWN = process.getuid!();
const HOSTILE = '--hint=x; touch /tmp/owned $(id) `id` "\'\n<b>&\u202e\u0000end';

describe('users at desktops', () => {
  const place = temporary('notify');
  const runtime = join(place.path, 'run');
  const said = join(place.path, 'said');
  const buses: Server[] = [];
  const path = process.env['PATH'];
  const unreached: Notice[] = [];
  const otherwise = { tell: (notice: Notice) => (unreached.push(notice), Promise.resolve(0)) };
  const notifier = new DesktopNotifier(runtime, otherwise, silentLog);

  /** Writes its arguments and its environment, each ended by NUL. */
  function fakeNotifySend(exitCode = 0): void {
    const file = join(place.path, 'notify-send');
    const lines = ['#!/bin/sh', `printf '%s\\0' "$(id -u)" "$DBUS_SESSION_BUS_ADDRESS" "$SECRET" "$@" > ${said}`];
    writeFileSync(file, [...lines, `exit ${exitCode}`, ''].join('\n'));
    chmodSync(file, 0o755);
  }
  async function session(name: string, bus = true): Promise<string> {
    const directory = join(runtime, name);
    mkdirSync(directory, { recursive: true });
    if (!bus) return directory;
    const server = createServer();
    buses.push(server);
    await new Promise<void>((resolve) => server.listen(join(directory, 'bus'), resolve));
    return directory;
  }

  beforeAll(async () => {
    fakeNotifySend();
    process.env['PATH'] = `${place.path}:${path}`;
    process.env['SECRET'] = 'of the agent';
    await session(String(OWN));
  });
  afterAll(() => {
    process.env['PATH'] = path;
    delete process.env['SECRET'];
    for (const bus of buses) bus.close();
    place.dispose();
  });

  it('are told by notify-send, as themselves, without the environment of the agent', async () => {
    expect(await notifier.tell({ title: 'Ledger will be installed', body: 'Soon.', urgent: true })).toBe(1);
    expect(readFileSync(said, 'utf8').split('\0')).toEqual([
      String(OWN),
      `unix:path=${join(runtime, String(OWN))}/bus`,
      '',
      '--app-name=Waybill',
      '--urgency=critical',
      '--',
      'Ledger will be installed',
      'Soon.',
      '',
    ]);
  });

  it('read a hostile title as text: it is one argument, no option, no markup, and no shell sees it', async () => {
    expect(await notifier.tell({ title: HOSTILE, body: HOSTILE })).toBe(1);
    const [title, body] = readFileSync(said, 'utf8').split('\0').slice(6);
    expect(title).toBe('--hint=x; touch /tmp/owned $(id) `id` "\' <b>&  end');
    expect(body).toContain('&lt;b&gt;&amp;');
    expect(existsSync('/tmp/owned')).toBe(false);
    expect(notifyArguments({ title: 'x'.repeat(9999), body: 'y'.repeat(9999) }).map(({ length }) => length)).toEqual([
      18, 16, 2, 200, 1000,
    ]);
  });

  it('are nobody where the program fails, there is none, or nobody is logged in: then the log is told', async () => {
    fakeNotifySend(1);
    expect(await notifier.tell({ title: 'a', body: '' })).toBe(0);
    fakeNotifySend();
    expect(
      await new DesktopNotifier(join(place.path, 'none'), otherwise, silentLog).tell({ title: 'b', body: '' }),
    ).toBe(0);
    process.env['PATH'] = '/nonexistent';
    expect(await notifier.tell({ title: 'c', body: '' })).toBe(0);
    process.env['PATH'] = `${place.path}:${path}`;
    expect(unreached.map(({ title }) => title)).toEqual(['a', 'b', 'c']);
  });

  it('are those whose own bus runs in their own directory', async () => {
    await session('4242');
    await session('not-a-number');
    const without = await session('4243', false);
    writeFileSync(join(without, 'bus'), 'no socket');
    if (OWN === 0) chownSync(without, 4243, 4243);
    expect(desktopSessions(runtime).map(({ uid }) => uid)).toEqual([OWN]);
    expect(desktopSessions(runtime, OWN + 1)).toEqual([]);
  });

  it('are reached by a program in an absolute place only', () => {
    expect(findProgram('notify-send', `.::${place.path}`)).toBe(join(place.path, 'notify-send'));
    expect(findProgram('notify-send', '.:relative:')).toBeNull();
  });
});
