import { randomUUID } from 'node:crypto';
import { JobProgressed, JobTargetsAssigned } from '../events/events.js';
import { StatusReport } from '../reports/status-report.js';
import { EnrolRequest } from '../rpc/agent-door.js';
import { CreateGroup } from '../rpc/fleet.rpc.js';
import { CreateJob } from '../rpc/job-order.js';
import { CreatePackage } from '../rpc/package.rpc.js';
import { PageQuery } from '../rpc/page.js';
import { emptyCounters } from '../status/execution-status.js';
import { nearest } from './nearest.js';
import { validateMessage } from './validate-message.js';

const report = () => ({
  v: 1,
  computerId: randomUUID(),
  jobId: randomUUID(),
  run: 1,
  attempt: 1,
  seq: 1,
  status: 'succeeded',
  at: '2026-11-23T05:00:00.000Z',
  evidence: 'dpkg: acme-ledger 2.4.0',
});

function errorsOf(type: new () => object, input: unknown) {
  const result = validateMessage(type, input);
  return result.ok ? [] : result.errors;
}

describe('validateMessage', () => {
  it('takes a message as it is, as an instance of its class', () => {
    const input = report();
    const result = validateMessage(StatusReport, input);
    expect(result).toEqual({ ok: true, value: input });
    expect(result.ok && result.value).toBeInstanceOf(StatusReport);
  });

  it.each([[null], [undefined], [1], ['{}'], [true], [[]], [[report()]]])('%p is no message', (input) => {
    expect(errorsOf(StatusReport, input)).toEqual([{ pointer: '', message: 'must be a JSON object' }]);
  });

  it.each([
    ['v', 2],
    ['computerId', 'pc-1'],
    ['jobId', null],
    ['run', 0],
    ['run', '1'],
    ['attempt', 1.5],
    ['seq', -1],
    ['status', 'done'],
    ['exitCode', '0'],
    ['at', 'yesterday'],
    ['logTail', 'x'.repeat(65_537)],
    ['steps', [{ name: 'install' }]],
    ['steps', 'install'],
    ['steps', [null]],
    ['evidence', { file: 'x' }],
  ])('%s: %p is refused, and nothing is converted', (field, value) => {
    const pointers = errorsOf(StatusReport, { ...report(), [field]: value }).map(
      ({ pointer }) => pointer.split('/')[1],
    );
    expect(new Set(pointers)).toEqual(new Set([field]));
  });

  it.each([
    ['schedule', []],
    ['schedule', [{ startAt: '2026-09-01T09:00:00' }]],
    ['targets', [{ groups: ['accounting'] }]],
    ['targets', null],
  ])('a list is no object: %s %j', (field, value) => {
    const job = { package: 'a', version: '1', targets: {}, [field]: value };
    expect(errorsOf(CreateJob, job).map(({ pointer }) => pointer)).toContain(`/${field}`);
  });

  it.each([[[[]]], [[[{ name: 'install', startAt: '2026-11-23T05:00:00Z' }]]]])('a list is no element: %j', (steps) => {
    expect(errorsOf(StatusReport, { ...report(), steps }).map(({ pointer }) => pointer)).toContain('/steps');
  });

  it('says in a nested list which element is wrong', () => {
    const targets = [
      { computerId: randomUUID(), name: 'pc-1', online: true },
      { computerId: 'x', name: 'pc-2', online: 'yes' },
    ];
    const errors = errorsOf(JobTargetsAssigned, {
      v: 1,
      jobId: randomUUID(),
      run: 1,
      chunk: 0,
      chunks: 1,
      total: 2,
      expiresAt: '2026-12-23T05:00:00Z',
      targets,
    });
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['/targets/1/computerId', '/targets/1/online']);
  });

  it('refuses unknown fields and says what was probably meant, also for fields that are absent or inherited', () => {
    expect(errorsOf(CreatePackage, { name: 'a', title: 'A', discription: 'x' })).toEqual([
      { pointer: '/discription', message: 'unknown field "discription" (did you mean "description"?)' },
    ]);
    const nested = { package: 'a', version: '1', targets: { group: ['accounting'] } };
    expect(errorsOf(CreateJob, nested)).toEqual([
      { pointer: '/targets/group', message: 'unknown field "group" (did you mean "groups"?)' },
    ]);
    expect(errorsOf(PageQuery, { sorte: 'name' })[0]!.message).toContain('(did you mean "sort"?)');
  });

  it('escapes the place of a field as RFC 6901 says', () => {
    expect(errorsOf(PageQuery, { 'a/b~c': 1 })).toEqual([{ pointer: '/a~1b~0c', message: 'unknown field "a/b~c"' }]);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('"%s" pollutes nothing', (key) => {
    const input = JSON.parse(`{"filter":"a==b","${key}":{"polluted":true}}`) as unknown;
    const result = validateMessage(PageQuery, input);
    if (result.ok) expect(JSON.parse(JSON.stringify(result.value))).toEqual({ filter: 'a==b' });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('takes a run without computers', () => {
    const at = '2026-11-23T05:00:00Z';
    const progressed = {
      v: 1,
      jobId: randomUUID(),
      run: 1,
      total: 0,
      counters: emptyCounters(),
      finished: 0,
      attempt: 1,
      at,
    };
    expect(errorsOf(JobProgressed, progressed)).toEqual([]);
  });
});

describe('names', () => {
  it.each(['../accounting', 'a/../b', 'a..b', 'acc\nounting', 'acc\u0000', '', ' x', 'x'.repeat(129), '../../etc'])(
    'a group must not be called %p',
    (name) => expect(errorsOf(CreateGroup, { name, kind: 'static' }).map(({ pointer }) => pointer)).toContain('/name'),
  );

  it.each(['accounting', 'Sales EU', 'site/tokyo', 'a.b-c_d'])('a group may be called %p', (name) => {
    expect(errorsOf(CreateGroup, { name, kind: 'static' })).toEqual([]);
  });

  it.each(['a\u0007b', 'two\nlines', 'esc\u001b[2J', 'nul\u0000', 'c1\u0085'])(
    'no name on a screen may hold %j',
    (text) => {
      const expected = [expect.objectContaining({ message: expect.stringContaining('control characters') })];
      expect(errorsOf(CreatePackage, { name: 'a', title: text })).toEqual(expected);
      expect(errorsOf(CreateJob, { name: text, package: 'a', version: '1', targets: {} })).toEqual(expected);
      const enrol = { token: 'x'.repeat(16), publicKey: 'A'.repeat(60), hostname: text };
      expect(errorsOf(EnrolRequest, enrol)).toEqual(expected);
    },
  );

  it('takes every script of the world', () => {
    expect(errorsOf(CreatePackage, { name: 'a', title: '経理ソフト – Größe 😀' })).toEqual([]);
  });
});

describe('nearest', () => {
  it.each([
    ['nmae', ['name', 'title'], ' (did you mean "name"?)'],
    ['NAME', ['name'], ' (did you mean "name"?)'],
    ['zebra', ['name', 'title'], ''],
    ['x', [], ''],
  ])('%p among %p', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });
});

it('of a public key that is none says what it must be', () => {
  const [error] = errorsOf(EnrolRequest, { token: 'x'.repeat(16), publicKey: 'ssh-ed25519 AAAA', hostname: 'pc-1' });
  expect(error).toEqual({
    pointer: '/publicKey',
    message: expect.stringMatching(/^publicKey must be an Ed25519 public key, SPKI DER in base64url/) as string,
  });
});
