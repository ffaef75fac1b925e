import * as fc from 'fast-check';

/** What may happen to a job and to those who work on it; most of it is possible at some moments only, and refused at others. */
export type Happening =
  | 'pause'
  | 'resume'
  | 'reexecute'
  | 'join'
  | 'leave'
  | 'kill job-scheduler'
  | 'kill result'
  | 'kill agents'
  | 'disconnect agents';

export interface Scenario {
  /** computers in the group at the start */
  members: number;
  rollout: object | undefined;
  stopWhen: object | undefined;
  retry: object | undefined;
  lateJoiners: 'include' | 'exclude';
  /** one after the other, so many milliseconds apart */
  happenings: { after: number; what: Happening }[];
  /** somebody cancels it after all that */
  canceled: boolean;
}

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const HAPPENINGS: Happening[] = [
  'pause',
  'resume',
  'reexecute',
  'join',
  'leave',
  'kill job-scheduler',
  'kill result',
  'kill agents',
  'disconnect agents',
];

const waves = fc
  .record({
    percents: fc.constantFrom([50, 100], [20, 60, 100]),
    manual: fc.boolean(),
    soak: fc.constantFrom('PT0S', 'PT1S'),
    stratifyBy: maybe(fc.constant('site')),
    successPercent: fc.constantFrom(0, 60, 95),
    maxInFlight: maybe(fc.integer({ min: 3, max: 10 })),
  })
  .map(({ percents, manual, soak, successPercent, ...rest }) => ({
    waves: percents.map((percent, i) => ({
      percent,
      ...(i < percents.length - 1 && { soak, ...(manual && { approval: 'manual' }) }),
    })),
    gate: { successPercent, minimumFinished: 3 },
    ...rest,
  }));

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  members: fc.integer({ min: 4, max: 25 }),
  rollout: maybe(waves),
  stopWhen: maybe(fc.constant({ failedPercent: 30, minimumFinished: 5 })),
  retry: maybe(fc.constant({ attempts: 2, backoff: 'PT1S' })),
  lateJoiners: fc.constantFrom('include', 'exclude'),
  happenings: fc.array(fc.record({ after: fc.integer({ min: 0, max: 1_500 }), what: fc.constantFrom(...HAPPENINGS) }), {
    minLength: 1,
    maxLength: 6,
  }),
  canceled: fc.constantFrom(false, false, false, true),
});

/** The same for the same seed. */
export function scenarioOf(seed: number): Scenario {
  return fc.sample(scenarios, { seed, numRuns: 1 })[0]!;
}
