import type { AuditedService } from '@waybill/audit/schema';
import type { AuditEntryView, AuditQuery } from '@waybill/contracts';
import fc from 'fast-check';
import { mergeLogs, type Positions } from './merge-logs.js';

const SERVICES = ['gateway', 'package', 'fleet'] as const;
type Logs = Record<(typeof SERVICES)[number], AuditEntryView[]>;

/** Logs of the given times, in milliseconds; within a log they never go back. */
function logsOf(times: number[][]): Logs {
  const log = (service: AuditedService, index: number) =>
    (times[index] ?? [])
      .toSorted((a, b) => a - b)
      .map((at, i) => ({ service, seq: i + 1, at: new Date(at).toISOString() }) as AuditEntryView);
  return { gateway: log('gateway', 0), package: log('package', 1), fleet: log('fleet', 2) };
}

/** As a service answers. */
function slice(log: AuditEntryView[], first: AuditQuery['first'], beyond: number | undefined, limit: number) {
  const ordered = first === 'newest' ? log.toReversed() : log;
  const rest = ordered.filter(({ seq }) => beyond === undefined || (first === 'newest' ? seq < beyond : seq > beyond));
  return rest.slice(0, limit + 1);
}

function walk(logs: Logs, first: AuditQuery['first'], limit: number, between: () => void = () => undefined) {
  const seen: AuditEntryView[] = [];
  let positions: Positions | null = {};
  while (positions) {
    const at: Positions = positions;
    const slices = SERVICES.map((service) => [service, slice(logs[service], first, at[service], limit)] as const);
    const page = mergeLogs(slices, at, first, limit);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    seen.push(...page.items);
    positions = page.next;
    between();
  }
  return seen.map(({ service, seq }) => `${service} ${seq}`);
}

const someLogs = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 }), { minLength: 3, maxLength: 3 });

describe('mergeLogs', () => {
  it('shows every entry once, by time, whatever the size of the pages', () => {
    fc.assert(
      fc.property(someLogs, fc.integer({ min: 1, max: 7 }), (times, limit) => {
        const logs = logsOf(times);
        const all = Object.values(logs).flat();
        const oldest = walk(logs, 'oldest', limit);
        expect(oldest).toHaveLength(all.length);
        expect(new Set(oldest).size).toBe(all.length);
        const at = new Map(all.map((entry) => [`${entry.service} ${entry.seq}`, entry.at]));
        const order = oldest.map((id) => at.get(id)!);
        expect(order).toEqual(order.toSorted());
        expect(walk(logs, 'newest', limit)).toEqual(oldest.toReversed());
      }),
    );
  });

  it('newest first: what is written meanwhile comes in no later page', () => {
    const logs = logsOf([[1, 2, 3], [4, 5, 6], []]);
    const before = walk(logs, 'newest', 2);
    const written = () => {
      for (const service of SERVICES)
        logs[service].push({ ...logsOf([[99]]).gateway[0]!, service, seq: logs[service].length + 1 });
    };
    expect(walk(logs, 'newest', 2, written)).toEqual(before);
  });
});
