import { commandSchema } from '@waybill/contracts/agent';
import { executeCommand, onTheWire } from '../../spec/commands.js';
import { type CommandTimes, momentsOf } from './command-moments.js';

const END = '2026-12-31T12:00:00.000Z';
const local = (times: CommandTimes['local']): CommandTimes => ({ installAt: 'local', local: times, expiresAt: END });
const never = () => {
  throw new Error('asked for the zone');
};

describe('the times of a command by the clock of the computer', () => {
  it.each([
    // zone, as ordered, moment, as its clock shows it
    ['Asia/Tokyo', '2026-09-01T09:00:00', '2026-09-01T00:00:00Z', '2026-09-01 09:00 Asia/Tokyo'],
    ['America/New_York', '2026-09-01T09:00:00', '2026-09-01T13:00:00Z', '2026-09-01 09:00 America/New_York'],
    ['Europe/Berlin', '2026-03-29T02:30:00', '2026-03-29T01:30:00Z', '2026-03-29 03:30 Europe/Berlin'],
    ['Europe/Berlin', '2026-10-25T02:30:00', '2026-10-25T00:30:00Z', '2026-10-25 02:30 Europe/Berlin'],
    ['America/New_York', '2026-03-08T02:30:00', '2026-03-08T07:30:00Z', '2026-03-08 03:30 America/New_York'],
    ['America/New_York', '2026-11-01T01:30:00', '2026-11-01T05:30:00Z', '2026-11-01 01:30 America/New_York'],
    ['Australia/Sydney', '2026-10-04T02:30:00', '2026-10-03T16:30:00Z', '2026-10-04 03:30 Australia/Sydney'],
    ['Australia/Sydney', '2026-04-05T02:30:00', '2026-04-04T15:30:00Z', '2026-04-05 02:30 Australia/Sydney'],
    ['Australia/Lord_Howe', '2026-10-04T02:15:00', '2026-10-03T15:45:00Z', '2026-10-04 02:45 Australia/Lord_Howe'],
    ['Australia/Lord_Howe', '2026-04-05T01:45:00', '2026-04-04T14:45:00Z', '2026-04-05 01:45 Australia/Lord_Howe'],
    ['America/Santiago', '2026-09-06T00:00:00', '2026-09-06T04:00:00Z', '2026-09-06 01:00 America/Santiago'],
    ['Africa/Cairo', '2026-04-24T00:30', '2026-04-23T22:30:00Z', '2026-04-24 01:30 Africa/Cairo'],
    ['Pacific/Kiritimati', '2026-09-01T09:00:30', '2026-08-31T19:00:30Z', '2026-09-01 09:00:30 Pacific/Kiritimati'],
    ['Etc/GMT+12', '2026-09-01T09:00:00', '2026-09-01T21:00:00Z', '2026-09-01 09:00 Etc/GMT+12'],
  ])('in %s %s is %s', (zone, text, moment, words) => {
    const expected = { at: Date.parse(moment), words };
    const times = local({ startAt: text, installAt: text, expiresAt: text });
    expect(momentsOf(times, () => zone)).toEqual({ startsAt: expected, installsAt: expected, expiresAt: expected });
  });

  it('are those that were ordered, no others', () => {
    const expiresAt = { at: Date.parse(END), words: END };
    const none = { startsAt: null, installsAt: null, expiresAt };
    expect(momentsOf(local({}), () => 'Asia/Tokyo')).toEqual(none);
    expect(momentsOf(local({ startAt: '2026-09-01T09:00:00' }), () => 'UTC')).toMatchObject({
      startsAt: { at: Date.UTC(2026, 8, 1, 9) },
      installsAt: null,
    });
  });

  it('do not outlive the command, which the server closes then', () => {
    const { expiresAt } = momentsOf(local({ expiresAt: '2027-01-01T00:00:00' }), () => 'UTC');
    expect(expiresAt).toEqual({ at: Date.parse(END), words: END });
  });

  it('are moments in a command that says no others, wherever the computer is', () => {
    const installAt = '2026-09-01T09:00:00+02:00';
    expect(momentsOf({ expiresAt: END, installAt }, never)).toEqual({
      startsAt: null,
      installsAt: { at: Date.UTC(2026, 8, 1, 7), words: installAt },
      expiresAt: { at: Date.parse(END), words: END },
    });
    expect(momentsOf({ expiresAt: END }, never).installsAt).toBeNull();
  });
});

describe('a command', () => {
  const wire = (part: object) => ({ ...onTheWire(executeCommand({ audience: { shard: 1 } })), ...part });
  const accepts = (part: object) => commandSchema.safeParse(wire(part)).success;

  it.each<[string, object]>([
    ['of a server that knows no local times', { installAt: '2026-09-01T09:00:00Z' }],
    [
      'with all of them',
      {
        installAt: 'local',
        local: { startAt: '2026-09-01T09:00', installAt: '2026-09-01T09:00:00.5', expiresAt: '2026-09-02T00:00:00' },
      },
    ],
    ['with one of them', { installAt: 'local', local: { expiresAt: '2026-09-02T00:00:00' } }],
  ])('%s is understood', (_what, part) => expect(accepts(part)).toBe(true));

  it.each<[string, object]>([
    ['that says local and not when', { installAt: 'local' }],
    ['whose local times an older agent would not see', { local: { startAt: '2026-09-01T09:00:00' } }],
    ['whose local times it would take for its own', { installAt: END, local: { startAt: '2026-09-01T09:00:00' } }],
    ['with a local time that is a moment', { installAt: 'local', local: { startAt: '2026-09-01T09:00:00Z' } }],
    ['with a local time that nobody has', { installAt: 'local', local: { startAt: '2026-02-30T09:00:00' } }],
    ['with a moment without an offset', { installAt: '2026-09-01T09:00:00' }],
  ])('%s is not', (_what, part) => expect(accepts(part)).toBe(false));
});
