import { queuedReason } from './queued-reason.js';

describe('queuedReason', () => {
  it('says that the computer is connected', () => {
    expect(queuedReason({ online: true, lastSeenAt: '2026-09-01T00:00:00Z' })).toEqual({
      reason: 'online',
      message: 'The computer is connected; it has been sent the command.',
    });
  });

  it('says when an absent computer was last seen', () => {
    expect(queuedReason({ online: false, lastSeenAt: '2026-09-01T09:30:12+09:00' })).toEqual({
      reason: 'offline',
      message:
        'The computer is not connected; it will act when it comes back. It was last seen on 2026-09-01 00:30 UTC.',
    });
  });

  it('says that a computer was never seen', () => {
    expect(queuedReason({ online: false, lastSeenAt: null }).message).toContain('never been connected');
  });
});
