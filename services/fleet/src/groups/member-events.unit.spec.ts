import { GroupMembersChanged, validateMessage } from '@waybill/contracts';
import { v7 as uuid } from 'uuid';
import { memberEvents } from './member-events.js';

const NOW = new Date('2026-09-01T00:00:00Z');
const groupId = uuid();
const computers = (count: number) => Array.from({ length: count }, () => uuid());

describe('memberEvents', () => {
  it('tells who joined and who left', () => {
    const [joined, left] = [computers(2), computers(1)];
    const [event, ...more] = memberEvents({ groupId, joined, left }, NOW);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      vhost: 'services',
      exchange: 'waybill.events',
      routingKey: 'group.members.changed.v1',
      type: 'group.members.changed.v1',
    });
    expect(event!.body).toEqual({ v: 1, groupId, joined, left, at: '2026-09-01T00:00:00.000Z' });
  });

  it('says nothing when nothing changed', () => {
    expect(memberEvents({ groupId, joined: [], left: [] }, NOW)).toEqual([]);
  });

  it('tells many in valid pieces', () => {
    const left = computers(12_000);
    const events = memberEvents({ groupId, joined: [], left }, NOW);
    const bodies = events.map(({ body }) => validateMessage(GroupMembersChanged, JSON.parse(JSON.stringify(body))));
    expect(bodies.every(({ ok }) => ok)).toBe(true);
    expect(bodies.flatMap((checked) => (checked.ok ? checked.value.left : []))).toEqual(left);
    expect(events).toHaveLength(3);
  });
});
