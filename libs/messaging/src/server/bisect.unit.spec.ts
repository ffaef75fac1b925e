import { bisect } from './bisect.js';
import { ACK, dead } from './verdict.js';

describe('bisect', () => {
  function run(items: number[], poison: (item: number) => boolean, isGlobal = false) {
    const calls: number[][] = [];
    const judged = bisect(items, {
      handle: async (part) => {
        calls.push([...part]);
        if (part.some(poison)) throw new Error('poison');
        return part.map(() => ACK);
      },
      isGlobal: async () => isGlobal,
      judge: (error) => ({ verdict: dead((error as Error).message), why: 'poison' }),
    });
    return { judged, calls };
  }

  it('a good batch is one call', async () => {
    const { judged, calls } = run([1, 2, 3], () => false);
    expect((await judged).map(({ verdict }) => verdict)).toEqual([ACK, ACK, ACK]);
    expect(calls).toHaveLength(1);
  });

  it.each([[[0]], [[7]], [[0, 7]], [[3, 4]], [[0, 1, 2, 3, 4, 5, 6, 7]]])(
    'finds %j among eight, in the order of the items',
    async (poisoned) => {
      const { judged, calls } = run([0, 1, 2, 3, 4, 5, 6, 7], (item) => poisoned.includes(item));
      expect((await judged).map(({ verdict }) => verdict.kind)).toEqual(
        [0, 1, 2, 3, 4, 5, 6, 7].map((item) => (poisoned.includes(item) ? 'dead' : 'ack')),
      );
      expect(calls.length).toBeLessThanOrEqual(15);
    },
  );

  it('a failure of the whole is not searched for', async () => {
    const { judged, calls } = run([1, 2, 3], () => true, true);
    await expect(judged).rejects.toThrow('poison');
    expect(calls).toHaveLength(1);
  });

  it('a wrong number of verdicts is a failure of each', async () => {
    const judged = await bisect([1, 2], {
      handle: async () => [ACK, ACK, ACK],
      isGlobal: async () => false,
      judge: (error) => ({ verdict: dead(String(error)), why: '' }),
    });
    expect(judged.map(({ verdict }) => verdict.kind)).toEqual(['dead', 'dead']);
  });
});
