import type { CreateJob, WaybillError } from '@waybill/contracts';
import { changedOrder } from './changed-order.js';

const ORDER: CreateJob = {
  package: 'acme-ledger',
  version: '2.4.0',
  targets: { groups: ['accounting'], exclude: { groups: ['kiosks'] } },
  annotations: { ticket: 'CHG-1', owner: 'anna' },
};
const TIMED: CreateJob = {
  ...ORDER,
  schedule: { startAt: '2026-09-01T09:00:00', zone: 'Asia/Tokyo', expiresAt: '2026-09-15T00:00:00' },
};
function problemOf(earlier: CreateJob, changes: object): WaybillError {
  try {
    changedOrder(earlier, changes as Record<string, unknown>);
  } catch (error) {
    return error as WaybillError;
  }
  throw new Error('was taken');
}
const pointers = (problem: WaybillError) => problem.errors!.map(({ pointer }) => pointer);

describe('an order made of an earlier one', () => {
  it('is the same without changes', () => {
    expect(changedOrder(ORDER, {})).toEqual(ORDER);
  });

  it('has the changes in it, and leaves out what they take away', () => {
    expect(
      changedOrder(ORDER, {
        version: '2.5.0',
        targets: { exclude: null },
        annotations: { ticket: 'CHG-2', owner: null },
      }),
    ).toEqual({
      ...ORDER,
      version: '2.5.0',
      targets: { groups: ['accounting'] },
      annotations: { ticket: 'CHG-2' },
    });
  });

  it('is refused with all that is wrong with it', () => {
    const problem = problemOf(TIMED, { versoin: '2.5.0', priority: 11, targets: null });
    expect(problem.code).toBe('request.invalid');
    expect(pointers(problem).sort()).toEqual([
      '/priority',
      '/schedule/expiresAt',
      '/schedule/startAt',
      '/targets',
      '/versoin',
    ]);
  });

  it('never takes moments over silently', () => {
    expect(pointers(problemOf(TIMED, {}))).toEqual(['/schedule/startAt', '/schedule/expiresAt']);
    expect(pointers(problemOf(TIMED, { schedule: { startAt: '2026-10-01T09:00:00' } }))).toEqual([
      '/schedule/expiresAt',
    ]);
    expect(problemOf(TIMED, {}).errors![0]!.message).toContain('2026-09-01T09:00:00');
  });

  it('does not recur silently', () => {
    const recurring = { ...ORDER, schedule: { startAt: '2026-09-01T09:00:00', recurrence: 'FREQ=MONTHLY;COUNT=12' } };
    const startAt = '2026-10-01T09:00:00';
    expect(pointers(problemOf(recurring, { schedule: { startAt } }))).toEqual(['/schedule/recurrence']);
    expect(changedOrder(recurring, { schedule: { startAt, recurrence: null } }).schedule).toEqual({ startAt });
    const recurrence = 'FREQ=WEEKLY;COUNT=2';
    expect(changedOrder(recurring, { schedule: { startAt, recurrence } }).schedule).toEqual({ startAt, recurrence });
  });

  it('takes moments that are said anew, the default where null is, and keeps the zone', () => {
    expect(changedOrder(TIMED, { schedule: { startAt: '2026-10-01T09:00:00', expiresAt: null } }).schedule).toEqual({
      startAt: '2026-10-01T09:00:00',
      zone: 'Asia/Tokyo',
    });
    expect(changedOrder(TIMED, { schedule: null })).toEqual(ORDER);
  });

  it('takes nothing from a prototype', () => {
    const changes = JSON.parse('{"__proto__": {"priority": 9}}') as Record<string, unknown>;
    expect(changedOrder(ORDER, changes).priority).toBeUndefined();
  });
});
