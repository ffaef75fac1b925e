import { readConnectionEvent } from './connection-event.js';

const ID = '01997a00-0000-7000-8000-000000000001';
const NAME = '127.0.0.1:58298 -> 127.0.0.1:5672';
// as 4.3.6 sends it, without what is not read
const CREATED = {
  name: NAME,
  user: `a-${ID}`,
  vhost: 'agents',
  connected_at: 1795411059878,
  timestamp_in_ms: 1795411059924,
  protocol: '{0,9,1}',
};
const CLOSED = {
  name: NAME,
  node: 'rabbit@host',
  pid: '<rabbit@host.1795410951.1149.0>',
  timestamp_in_ms: 1795411060969,
};

describe('readConnectionEvent', () => {
  it('knows when an agent came and when a connection went', () => {
    expect(readConnectionEvent('connection.created', CREATED, 'agents')).toEqual({
      kind: 'opened',
      name: NAME,
      computerId: ID,
      at: new Date(1795411059878),
    });
    expect(readConnectionEvent('connection.closed', CLOSED, 'agents')).toEqual({
      kind: 'closed',
      name: NAME,
      at: new Date(1795411060969),
    });
  });

  it.each([
    ['another virtual host', 'connection.created', { ...CREATED, vhost: 'other' }],
    ['a service', 'connection.created', { ...CREATED, user: 'result' }],
    ['a user that only looks like a computer', 'connection.created', { ...CREATED, user: 'a-nna' }],
    ['another event', 'user.authentication.success', CREATED],
    ['an event without a name', 'connection.closed', { timestamp_in_ms: 1 }],
    ['an event without a time', 'connection.created', { ...CREATED, connected_at: 'soon' }],
  ])('ignores %s', (_, key, headers) => {
    expect(readConnectionEvent(key, headers, 'agents')).toBeNull();
  });
});
