import type { SessionRefreshNotice } from '@waybill/contracts/agent';
import { cancelCommand, executeCommand, HOUR, inFuture } from '../../spec/commands.js';
import { newAttempt } from '../execution/attempt.js';
import type { AttemptRecord } from '../journal/journal.records.js';
import type { CommandSource } from './command-source.js';
import type { ProvenCommand, ProvenExecute } from './proven-command.js';
import { judgeCommand, type JudgeFacts, judgeForgery, judgeMisunderstood } from './judge-command.js';

const ME = '0190f3a0-0000-7000-8000-000000000001';
const OTHER = '0190f3a0-0000-7000-8000-000000000002';
const GROUP = '0190f3a0-0000-7000-8000-00000000000a';
const group: CommandSource = {
  kind: 'group',
  stream: 's',
  groupId: GROUP,
  generation: 2,
  memberSince: new Date(Date.now() - HOUR).toISOString(),
};
const inbox: CommandSource = { kind: 'inbox', stream: 'i', shard: 7 };
const facts = (part: Partial<JudgeFacts> = {}): JudgeFacts => ({
  computerId: ME,
  groupIds: [GROUP],
  source: group,
  now: Date.now(),
  zone: () => 'UTC',
  attempts: [],
  cancel: null,
  unconfirmed: null,
  ...part,
});
const execute = (part: Partial<ProvenExecute> = {}) =>
  executeCommand({ audience: { group: GROUP, generation: 2 }, ...part });
const known = (attempt: number, part: Partial<AttemptRecord> = {}): AttemptRecord => ({
  ...newAttempt(execute({ attempt }), ''),
  ...part,
});
const refresh = (part: Partial<SessionRefreshNotice> = {}): SessionRefreshNotice => ({
  id: OTHER,
  v: 1,
  seq: 0,
  kind: 'session.refresh',
  audience: { shard: 7 },
  computerId: ME,
  issuedAt: inFuture(0),
  expiresAt: inFuture(),
  ...part,
});

describe('a command by the clock of each computer', () => {
  const END = '2026-09-15T00:00:00';
  const command = execute({ installAt: 'local', local: { expiresAt: END }, expiresAt: '2026-09-15T12:00:00Z' });
  const judge = (zone: string, now: string) =>
    judgeCommand(
      command,
      facts({ zone: () => zone, now: Date.parse(now), source: { ...group, memberSince: '2026-01-01T00:00:00Z' } }),
    );

  it.each([
    ['Asia/Tokyo', '2026-09-14T14:59:59Z', 'accept'],
    ['Asia/Tokyo', '2026-09-14T15:00:00Z', 'close'],
    ['America/New_York', '2026-09-15T03:59:59Z', 'accept'],
    ['America/New_York', '2026-09-15T04:00:00Z', 'close'],
    ['Etc/GMT+12', '2026-09-15T11:59:59Z', 'accept'],
    ['Etc/GMT+12', '2026-09-15T12:00:00Z', 'close'],
  ])('in %s at %s: %s', (zone, now, expected) => expect(judge(zone, now).do).toBe(expected));

  it('says until when it was valid here', () => {
    expect(judge('Asia/Tokyo', '2026-09-14T15:00:00Z')).toMatchObject({
      status: 'expired',
      reason: 'command.expired',
      detail: 'It was valid until 2026-09-15 00:00 Asia/Tokyo.',
    });
  });
});

describe('a genuine command', () => {
  it.each<[string, ProvenCommand, Partial<JudgeFacts>, string]>([
    ['for the group', execute(), {}, 'accept'],
    ['of another generation', execute({ audience: { group: GROUP, generation: 1 } }), {}, 'ignore'],
    ['copied from another group', execute({ audience: { group: OTHER, generation: 2 } }), {}, 'ignore'],
    ['copied from an inbox', execute({ audience: { shard: 7 } }), {}, 'ignore'],
    ['in the inbox', execute({ audience: { shard: 7 } }), { source: inbox }, 'accept'],
    ['of a foreign shard', execute({ audience: { shard: 8 } }), { source: inbox }, 'ignore'],
    [
      'for this computer alone',
      execute({ audience: { computer: ME } }),
      { source: { kind: 'desiredState' } },
      'accept',
    ],
    [
      'for another computer alone',
      execute({ audience: { computer: OTHER } }),
      { source: { kind: 'desiredState' } },
      'ignore',
    ],
    ['of the group, replayed in the desired state', execute(), { source: { kind: 'desiredState' } }, 'ignore'],
    ['that names this computer', execute({ selector: { kind: 'computers', ids: [OTHER, ME] } }), {}, 'accept'],
    ['that names others', execute({ selector: { kind: 'computers', ids: [OTHER] } }), {}, 'ignore'],
    ['for a slice of nobody', execute({ selector: { kind: 'slice', from: 0, to: 0 } }), {}, 'ignore'],
    ['for a slice of everybody', execute({ selector: { kind: 'slice', from: 0, to: 2 ** 32 } }), {}, 'accept'],
    [
      'for the unfinished, after a success',
      execute({ attempt: 2, selector: { kind: 'unfinished', attempt: 2 } }),
      { attempts: [known(1, { status: 'succeeded' })] },
      'ignore',
    ],
    [
      'for the unfinished, after a failure',
      execute({ attempt: 2, selector: { kind: 'unfinished', attempt: 2 } }),
      { attempts: [known(1, { status: 'failed' })] },
      'accept',
    ],
    ['that excludes this computer', execute({ exclude: { groups: [], computers: [ME] } }), {}, 'ignore'],
    ['that excludes a group of it', execute({ exclude: { groups: [GROUP], computers: [] } }), {}, 'ignore'],
    ['from before it joined, late joiners welcome', execute({ resolvedAt: inFuture(-2 * HOUR) }), {}, 'accept'],
    [
      'from before it joined, late joiners not welcome',
      execute({ resolvedAt: inFuture(-2 * HOUR), lateJoiners: 'exclude' }),
      {},
      'ignore',
    ],
    ['from after it joined, late joiners not welcome', execute({ lateJoiners: 'exclude' }), {}, 'accept'],
    ['of an attempt that is known', execute(), { attempts: [known(1)] }, 'ignore'],
    ['of an attempt before a known one', execute(), { attempts: [known(2)] }, 'ignore'],
    ['of the next attempt', execute({ attempt: 2 }), { attempts: [known(1)] }, 'accept'],
    ['that has expired', execute({ expiresAt: inFuture(-1) }), {}, 'close'],
    ['that came too late to be taken up', execute({ acceptBy: inFuture(-1) }), {}, 'close'],
    ['that came in time to be taken up', execute({ acceptBy: inFuture() }), {}, 'accept'],
    [
      'that was canceled before it came',
      execute(),
      { cancel: { jobId: '', run: 1, attempt: 1, status: 'canceled', reason: '', expiresAt: '' } },
      'close',
    ],
    ['to read the session again', refresh(), { source: inbox }, 'refresh'],
    ['to read the session again, for another', refresh({ computerId: OTHER }), { source: inbox }, 'ignore'],
    ['to read the session again, expired', refresh({ expiresAt: inFuture(-1) }), { source: inbox }, 'ignore'],
  ])('%s', (_, command, part, expected) => {
    expect(judgeCommand(command, facts(part)).do).toBe(expected);
  });

  it('to cancel stops the attempts it covers that have no end', () => {
    const attempts = [known(1, { finishedAt: 'x' }), known(2), known(3)];
    const judgement = judgeCommand(cancelCommand(execute({ attempt: 2 })), facts({ attempts }));
    expect(judgement).toEqual({ do: 'cancel', attempts: [attempts[1]] });
  });
});

describe('an attempt whose command key was revoked', () => {
  it('stands again when the server says it again, and only then', () => {
    const waiting = known(1);
    expect(judgeCommand(execute(), facts({ attempts: [waiting], unconfirmed: waiting }))).toEqual({ do: 'confirm' });
    expect(judgeCommand(execute(), facts({ attempts: [waiting] })).do).toBe('ignore');
    const late = execute({ exclude: { groups: [], computers: [ME] } });
    expect(judgeCommand(late, facts({ attempts: [waiting], unconfirmed: waiting })).do).toBe('ignore');
  });
});

describe('a command whose origin is not proved', () => {
  it('is reported where it would have counted', () => {
    expect(judgeForgery(execute(), 'unknown key', facts())).toEqual({ do: 'refuse', detail: 'unknown key' });
  });

  it('never touches an attempt that is known, and nothing else', () => {
    expect(judgeForgery(execute(), 'x', facts({ attempts: [known(1)] })).do).toBe('ignore');
    expect(judgeForgery(cancelCommand(execute()), 'x', facts({ attempts: [known(1)] })).do).toBe('ignore');
    expect(judgeForgery(refresh(), 'x', facts({ source: inbox })).do).toBe('ignore');
    expect(judgeForgery(null, 'x', facts()).do).toBe('ignore');
    expect(judgeForgery(execute({ audience: { group: OTHER, generation: 2 } }), 'x', facts()).do).toBe('ignore');
  });
});

describe('a genuine command that is not understood', () => {
  const newer = (why: string) => ({ reason: 'command.notUnderstood' as const, why });

  it('ends its attempt where it would have counted', () => {
    expect(judgeMisunderstood(execute(), newer('malformed at /x'), facts())).toEqual({
      do: 'close',
      status: 'rejected',
      reason: 'command.notUnderstood',
      detail: 'malformed at /x',
    });
  });

  it('is otherwise judged as one that is understood', () => {
    expect(judgeMisunderstood(execute({ expiresAt: inFuture(-1) }), newer('x'), facts())).toMatchObject({
      status: 'expired',
    });
    expect(judgeMisunderstood(execute(), newer('x'), facts({ attempts: [known(1)] })).do).toBe('ignore');
    expect(judgeMisunderstood(null, newer('x'), facts()).do).toBe('ignore');
  });
});
