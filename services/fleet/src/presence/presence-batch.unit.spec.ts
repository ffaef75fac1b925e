import { foldEvents } from './presence-batch.js';

const at = (ms: number) => new Date(ms);

describe('foldEvents', () => {
  it('makes one change of each connection', () => {
    expect(
      foldEvents([
        { kind: 'opened', name: 'a', computerId: '1', at: at(1) },
        { kind: 'opened', name: 'b', computerId: '2', at: at(2) },
        { kind: 'closed', name: 'a', at: at(3) },
        { kind: 'closed', name: 'c', at: at(4) },
      ]),
    ).toEqual([
      { name: 'a', computerId: '1', connectedAt: at(1), closedAt: at(3) },
      { name: 'b', computerId: '2', connectedAt: at(2), closedAt: null },
      { name: 'c', computerId: null, connectedAt: null, closedAt: at(4) },
    ]);
  });

  it('takes the newest connection of a name that is used again', () => {
    expect(
      foldEvents([
        { kind: 'opened', name: 'a', computerId: '1', at: at(1) },
        { kind: 'closed', name: 'a', at: at(2) },
        { kind: 'opened', name: 'a', computerId: '2', at: at(3) },
      ]),
    ).toEqual([{ name: 'a', computerId: '2', connectedAt: at(3), closedAt: null }]);
  });
});
