import { chmodSync, existsSync, lstatSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { temporary } from '../../spec/packages.js';
import { silentLog } from '../log.js';
import { StateLayout } from '../root/state-layout.js';
import { groupId } from './group-id.js';
import { askAgent } from './local-client.js';
import { runLocalCommand } from './local-command.js';
import type { LocalAnswer, LocalRequest } from './local-request.js';
import { LocalServer } from './local-server.js';
import { statusWords } from './local-words.js';
import { admitGroup } from './socket-access.js';

const HOSTILE = 'Ledger\u001b]0;owned\u0007\n2.4';
const JOB = {
  jobId: '0199aaaa-0000-7000-8000-000000000001',
  package: 'acme-ledger',
  version: '2.4.0',
  title: HOSTILE,
  action: 'install',
  status: 'waiting',
  message: 'It waits.',
  offer: { begins: '2026-09-01T09:00:00Z', latest: '2026-09-03T09:00:00Z', deferralsLeft: 2, agreed: false },
  restart: null,
  finishedAt: null,
};

describe('the socket of the agent', () => {
  const place = temporary('local');
  const layout = new StateLayout(join(place.path, 'state'));
  const asked: LocalRequest[] = [];
  let answer: (request: LocalRequest) => LocalAnswer = () => ({ ok: true, done: 'Done.' });
  const desk = { answer: (request: LocalRequest) => (asked.push(request), answer(request)) };
  let server = new LocalServer(desk, layout, silentLog);

  beforeAll(() => server.start());
  beforeEach(() => {
    asked.length = 0;
    answer = () => ({ ok: true, done: 'Done.' });
  });
  afterAll(async () => {
    await server.stop();
    place.dispose();
  });

  /** What comes back for these bytes. */
  const raw = (bytes: string | Buffer): Promise<string> =>
    new Promise((resolve) => {
      let text = '';
      const socket = connect(layout.socket, () => socket.write(bytes));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
  async function run(...args: string[]) {
    const said = { out: '', err: '' };
    const print = { out: (text: string) => (said.out += text), err: (text: string) => (said.err += text) };
    const code = await runLocalCommand([...args, '--state', layout.directory], print, {}).catch(
      (error: Error) => error.message,
    );
    return { code, ...said };
  }

  it('is for the owner and the group only', () => {
    expect(statSync(layout.socket).mode & 0o777).toBe(0o660);
  });

  it('lets a group through the state directory, to nothing but the socket', () => {
    writeFileSync(layout.journal, '');
    chmodSync(layout.journal, 0o644);
    admitGroup(layout, 54321);
    expect(statSync(layout.journal).mode & 0o777).toBe(0o600);
    if (process.getuid!() !== 0) return;
    expect(statSync(layout.socket)).toMatchObject({ uid: 0, gid: 54321 });
    expect([statSync(layout.directory).gid, statSync(layout.directory).mode & 0o777]).toEqual([54321, 0o710]);
  });

  it('finds the id of a group', () => {
    const file = join(place.path, 'group');
    writeFileSync(file, 'root:x:0:\nwaybillx:x:7:\nwaybill:x:990:mia,ben\nbroken\n');
    expect([groupId('waybill', file), groupId('nobody', file), groupId('broken', file)]).toEqual([990, null, null]);
    expect(groupId('waybill', join(place.path, 'missing'))).toBeNull();
  });

  it.each([
    ['no JSON', 'hello\n'],
    ['another version', '{"v":2,"do":"status"}\n'],
    ['an unknown word', '{"v":1,"do":"rm"}\n'],
    ['an unknown field', '{"v":1,"do":"status","x":1}\n'],
    ['a job that is no text', '{"v":1,"do":"installNow","job":{"__proto__":1}}\n'],
    ['more than seven days', '{"v":1,"do":"postpone","job":"a","forMs":604800001}\n'],
    ['a wait backwards', '{"v":1,"do":"postpone","job":"a","forMs":-1}\n'],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
    ['too much in one line', Buffer.alloc(10_000_000, 'x')],
    ['too much before the end', `{"v":1,"do":"status"${' '.repeat(5000)}}\n`],
  ])('refuses %s and goes on', async (_, bytes) => {
    const text = await raw(bytes);
    // who still sends when the answer has been given may not get to read it
    if (text !== '' || bytes.length < 100_000)
      expect(JSON.parse(text)).toMatchObject({ ok: false, code: 'request.notUnderstood' });
    expect(asked).toEqual([]);
    expect(await raw('{"v":1,"do":"status"}\n')).toBe('{"ok":true,"done":"Done."}\n');
  });

  it('answers also while others hold more connections than it serves at once', async () => {
    const silent = Array.from({ length: 40 }, () => connect(layout.socket).on('error', () => {}));
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    expect(await raw('{"v":1,"do":"status"}\n')).toBe('{"ok":true,"done":"Done."}\n');
    silent.forEach((socket) => socket.destroy());
  });

  it('holds no place for those who were answered and stay', async () => {
    const staying = Array.from({ length: 20 }, () => connect({ path: layout.socket, allowHalfOpen: true }));
    const ended = staying.map((socket) => new Promise((resolve) => socket.on('data', () => {}).once('end', resolve)));
    staying.forEach((socket) => socket.on('error', () => {}).write('{"v":1,"do":"status"}\n'));
    await Promise.all(ended);
    expect(await raw('{"v":1,"do":"status"}\n')).toBe('{"ok":true,"done":"Done."}\n');
    staying.forEach((socket) => socket.destroy());
  });

  it('survives who hangs up, who says nothing, and a desk that fails', async () => {
    const silent = Array.from({ length: 30 }, () => connect(layout.socket).on('error', () => {}));
    await new Promise((resolve) => silent[0]!.once('connect', resolve));
    silent.forEach((socket) => socket.write('{"v":1'));
    silent.forEach((socket) => socket.destroy());
    answer = () => {
      throw new Error('broken');
    };
    await eventually(async () => expect(await raw('{"v":1,"do":"status"}\n')).toContain('"code":"agent.error"'));
  });

  it('replaces what a killed agent has left, and nothing that is no socket', async () => {
    const other = join(place.path, 'killed');
    const left = new StateLayout(other);
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(left.socket, resolve));
    // a file of that name whose listener is gone, as after kill -9
    const again = new LocalServer(desk, left, silentLog);
    await again.start();
    expect(await askAgent(left.socket, { v: 1, do: 'status' })).toEqual({ ok: true, done: 'Done.' });
    await again.stop();
    expect(existsSync(left.socket)).toBe(false);
    writeFileSync(left.socket, 'precious');
    await expect(new LocalServer(desk, left, silentLog).start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(lstatSync(left.socket).isFile()).toBe(true);
    dead.close();
  });

  it('is asked by commands', async () => {
    const job = '0199aaaa';
    expect(await run('postpone', job)).toEqual({ code: 0, out: 'Done.\n', err: '' });
    await run('postpone', job, '--for', 'PT4H');
    await run('install-now', job);
    await run('restart');
    await run('status', '--json');
    expect(asked).toEqual([
      { v: 1, do: 'postpone', job, forMs: 3_600_000 },
      { v: 1, do: 'postpone', job, forMs: 14_400_000 },
      { v: 1, do: 'installNow', job },
      { v: 1, do: 'restart' },
      { v: 1, do: 'status' },
    ]);
    answer = () => ({ ok: false, code: 'user.noneLeft', message: 'It cannot be\u001b put off again.' });
    expect(await run('postpone', job)).toEqual({
      code: 1,
      out: '',
      err: 'waybill-agent: It cannot be  put off again.\n',
    });
    answer = () => ({ ok: true, jobs: [JOB] });
    expect((await run('status')).out).toContain('Deferrals left: 2, until ');
    expect((await run('status', '--help')).out).toContain('postpone JOB [--for PT4H]');
  });

  it('shows hostile titles without what a terminal would obey', () => {
    const shown = statusWords([JOB, { ...JOB, offer: null, restart: { at: null } }]);
    expect(shown).toContain('Ledger ]0;owned  2.4  (install, job 0199aaaa');
    expect(shown).toContain('It waits for: waybill-agent restart');
    expect(shown).not.toContain('\u001b');
  });

  it.each([
    [['catalogue'], 'There is no command "catalogue"'],
    [['postpone'], 'Which job?'],
    [['install-now', 'a', 'b'], 'install-now takes no "b"'],
    [['status', 'a'], 'status takes no "a"'],
    [['restart', '--for', 'PT1H'], 'restart takes no --for'],
    [['postpone', 'a', '--for', '4h'], '--for 4h: use an ISO 8601 duration'],
    [['postpone', 'a', '--for', 'P8D'], '--for P8D'],
    [['status', '--force'], "Unknown option '--force'"],
  ])('is not asked by %j', async (args, sentence) => {
    expect((await run(...args)).code).toContain(sentence);
    expect(asked).toEqual([]);
  });

  it('is understood when a character comes in two pieces', async () => {
    const path = join(place.path, 'pieces.sock');
    const bytes = Buffer.from(`{"ok":true,"done":"Büro"}`);
    const cut = bytes.indexOf(0xc3) + 1;
    const server = createServer((socket) => {
      socket.write(bytes.subarray(0, cut));
      setTimeout(() => socket.end(bytes.subarray(cut)), 50);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(await askAgent(path, { v: 1, do: 'status' })).toEqual({ ok: true, done: 'Büro' });
    server.close();
  });

  it('says why it cannot be asked', async () => {
    await server.stop();
    expect((await run('status')).code).toContain('No agent is running here');
    server = new LocalServer(desk, layout, silentLog);
    await server.start();
    expect((await run('status')).code).toBe(0);
  });
});
