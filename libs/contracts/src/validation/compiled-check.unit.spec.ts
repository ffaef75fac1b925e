import { randomUUID } from 'node:crypto';
import type { ClassConstructor } from 'class-transformer';
import { IsString, MinLength, ValidateIf } from 'class-validator';
import fc from 'fast-check';
import { GroupChanged, JobTargetsAssigned } from '../events/events.js';
import { StatusReport } from '../reports/status-report.js';
import { EnrolRequest, InventoryRequest } from '../rpc/agent-door.js';
import { ResolveTargets } from '../rpc/fleet.rpc.js';
import { CreateJobRequest } from '../rpc/job.rpc.js';
import { PageQuery } from '../rpc/page.js';
import { compiledCheck } from './compiled-check.js';
import { validateInDetail } from './validate-message.js';

const AT = '2026-11-23T05:00:00.000Z';

const SAMPLES: [ClassConstructor<object>, Record<string, unknown>][] = [
  [
    StatusReport,
    {
      v: 1,
      computerId: randomUUID(),
      jobId: randomUUID(),
      run: 1,
      attempt: 1,
      seq: 1,
      status: 'failed',
      at: AT,
      reason: null,
      steps: [{ name: 'install', startedAt: AT, finishedAt: null, ok: false }],
    },
  ],
  [
    JobTargetsAssigned,
    {
      v: 1,
      jobId: randomUUID(),
      run: 1,
      chunk: 0,
      chunks: 1,
      total: 2,
      expiresAt: AT,
      targets: [
        { computerId: randomUUID(), name: 'a', online: true },
        { computerId: randomUUID(), name: 'b', online: false, lastSeenAt: null },
      ],
    },
  ],
  [GroupChanged, { v: 1, groupId: randomUUID(), name: 'g', generation: 1, revision: 1, deleted: false }],
  [
    CreateJobRequest,
    {
      job: {
        package: 'p',
        version: '1',
        targets: { groups: ['a', 'b'], exclude: { computers: [randomUUID()] } },
        schedule: { startAt: '2026-09-01T09:00:00', zone: 'Asia/Tokyo' },
        annotations: { ticket: 'C-1' },
      },
    },
  ],
  [PageQuery, { filter: 'a==b', sort: '-name', limit: 10 }],
  [EnrolRequest, { token: 'x'.repeat(20), publicKey: 'A'.repeat(60), hostname: 'pc', attributes: { site: 'x' } }],
  [
    InventoryRequest,
    {
      hostname: 'pc',
      os: 'linux',
      arch: 'amd64',
      agentVersion: '1',
      disks: [{ path: '/', sizeBytes: 1, freeBytes: 1 }],
      software: [{ name: 'a', version: '1', source: 'dpkg' }],
    },
  ],
  [
    ResolveTargets,
    { groupIds: [randomUUID()], computerIds: [], excludeGroupIds: [], excludeComputerIds: [], limit: 5 },
  ],
];

/** Keys such as `toString` and `__proto__`: class-transformer drops them, the quick way leaves them to it. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

/** Every place in a JSON value, as paths of keys. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

interface Mutation {
  place: number;
  kind: 'replace' | 'remove' | 'add';
  value: unknown;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mutate(sample: object, { place, kind, value }: Mutation): Record<string, unknown> {
  const copy = { root: structuredClone(sample) as unknown };
  const all = places(copy.root);
  const path = ['root', ...all[place % all.length]!];
  const last = path.pop()!;
  let parent: Record<string, unknown> = copy;
  for (const key of path) parent = parent[key] as Record<string, unknown>;
  if (kind === 'remove') delete parent[last];
  else if (kind === 'replace') parent[last] = value;
  else if (isRecord(parent[last])) parent[last]['extra'] = value;
  // as it would come off the wire: no holes in lists
  return JSON.parse(JSON.stringify(copy.root ?? null)) as Record<string, unknown>;
}

describe('compiled check', () => {
  it.each(SAMPLES.map(([type, sample]) => [type.name, type, sample] as const))(
    '%s: takes its sample',
    (_name, type, sample) => {
      const check = compiledCheck(type)!;
      expect(check.accepts(sample)).toBe(true);
      const detailed = validateInDetail(type, sample);
      const revived = check.revive(sample);
      expect(detailed).toEqual({ ok: true, value: revived });
      expect(revived).toBeInstanceOf(type);
    },
  );

  it('takes nothing that class-validator refuses, and makes the same of what it takes', () => {
    const interesting = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        null,
        '',
        0,
        -1,
        1.5,
        1,
        true,
        [],
        {},
        [null],
        [[]],
        [{}],
        ['x'],
        AT,
        '2026-13-45',
        randomUUID(),
        'x'.repeat(10_000),
      ),
    );
    const mutation = fc.record({
      place: fc.nat(200),
      kind: fc.constantFrom('replace' as const, 'remove' as const, 'add' as const),
      value: interesting,
    });
    fc.assert(
      fc.property(
        fc.nat(SAMPLES.length - 1),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        (index, mutations) => {
          const [type, sample] = SAMPLES[index]!;
          const input = mutations.reduce<Record<string, unknown>>(
            (value, step) => (typeof value === 'object' && value !== null ? mutate(value, step) : value),
            sample,
          );
          fc.pre(
            typeof input === 'object' &&
              input !== null &&
              !Array.isArray(input) &&
              !INHERITED.some((name) => JSON.stringify(input).includes(`"${name}"`)),
          );
          const check = compiledCheck(type)!;
          const detailed = validateInDetail(type, input);
          if (check.accepts(input)) expect(detailed).toEqual({ ok: true, value: check.revive(input) });
          else expect(detailed.ok).toBe(false);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('leaves a key that every object inherits to class-transformer, which drops it', () => {
    expect(compiledCheck(PageQuery)!.accepts({ toString: 1 })).toBe(false);
    expect(validateInDetail(PageQuery, { toString: 1 }).ok).toBe(true);

    const input = JSON.parse(
      `{"token":"${'x'.repeat(20)}","publicKey":"${'A'.repeat(60)}","hostname":"pc","attributes":{"__proto__":{"a":1}}}`,
    ) as object;
    expect(compiledCheck(EnrolRequest)!.accepts(input)).toBe(false);
  });

  it('a class with rules it does not know is left to class-validator', () => {
    class Conditional {
      @ValidateIf((object: { other?: boolean }) => object.other === true)
      @IsString()
      known: string;
    }
    class Grouped {
      @MinLength(3, { groups: ['strict'] }) name: string;
    }
    class Lazy {
      @IsString({ validateIf: () => false }) name: string;
    }
    class Empty {}
    expect(compiledCheck(Conditional)!.accepts({ known: 7 })).toBe(true);
    expect(compiledCheck(Conditional)!.accepts({ known: 7, other: true })).toBe(false);
    expect(compiledCheck(Grouped)).toBeNull();
    expect(compiledCheck(Lazy)).toBeNull();
    expect(compiledCheck(Empty)).toBeNull();
  });
});
