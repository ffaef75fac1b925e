import { CreateJob, validateMessage } from '@waybill/contracts';
import { rolloutErrors } from './check-rollout.js';

const waves = (...percents: number[]) => ({ waves: percents.map((percent) => ({ percent })) });

describe('a rollout', () => {
  it.each([[waves(100)], [waves(1, 10, 100)], [waves(0.5, 99.999, 100)]])('may be %j', (rollout) => {
    expect(rolloutErrors(rollout)).toEqual([]);
  });

  it.each([
    ['falls', waves(10, 5, 100), ['/rollout/waves/1/percent']],
    ['stands still', waves(10, 10, 100), ['/rollout/waves/1/percent']],
    ['leaves a rest', waves(10, 50), ['/rollout/waves/1/percent']],
    ['ends before its end', waves(100, 100), ['/rollout/waves/1/percent']],
    [
      'waits after its end',
      { waves: [{ percent: 100, soak: 'PT1H', approval: 'manual' as const }] },
      ['/rollout/waves/0/soak', '/rollout/waves/0/approval'],
    ],
    ['is wrong all over', waves(50, 10, 20), ['/rollout/waves/1/percent', '/rollout/waves/2/percent']],
  ])('that %s is refused, with every error', (_what, rollout, pointers) => {
    expect(rolloutErrors(rollout).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  const form = (rollout: unknown, stopWhen?: unknown) => {
    const checked = validateMessage(CreateJob, { package: 'p', version: '1', targets: {}, rollout, stopWhen });
    return checked.ok ? [] : checked.errors.map(({ pointer }) => pointer);
  };

  it.each([
    [{ waves: [] }, ['/rollout/waves']],
    [waves(0), ['/rollout/waves/0/percent']],
    [waves(-1, 101), ['/rollout/waves/0/percent', '/rollout/waves/1/percent']],
    [waves(...Array.from({ length: 10_000 }, (_, i) => i)), ['/rollout/waves']],
    [{ waves: [{ percent: 100, soak: '30 minutes' }] }, ['/rollout/waves/0/soak']],
    [{ waves: [{ percent: 100, soak: 'P1M' }] }, ['/rollout/waves/0/soak']],
    [{ waves: [{ percent: 100, soak: '-PT1H' }] }, ['/rollout/waves/0/soak']],
    [{ waves: [{ percent: 100, soak: 'PT' }] }, ['/rollout/waves/0/soak']],
    [{ waves: [{ percent: 100, approval: 'nobody' }] }, ['/rollout/waves/0/approval']],
    [{ ...waves(100), gate: { successPercent: 101 } }, ['/rollout/gate/successPercent']],
    [{ ...waves(100), gate: { successPercent: 95, minimumFinished: 0 } }, ['/rollout/gate/minimumFinished']],
    [{ ...waves(100), speed: 1 }, ['/rollout/speed']],
  ])('%j is refused by its form', (rollout, pointers) => {
    expect(form(rollout)).toEqual(expect.arrayContaining(pointers));
  });

  it.each([[{ failedPercent: -1 }], [{ failedPercent: 5, minimumFinished: 0 }], [{}]])(
    'the stop condition %j is refused by its form',
    (stopWhen) => expect(form(undefined, stopWhen)).not.toEqual([]),
  );

  it.each(['PT30M', 'P1D', 'P1DT12H', 'PT90S', 'PT1H30M'])('may soak for %s', (soak) => {
    expect(form({ waves: [{ percent: 10, soak }, { percent: 100 }] })).toEqual([]);
  });
});
