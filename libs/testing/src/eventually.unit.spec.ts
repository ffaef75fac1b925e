import { eventually } from './eventually.js';

describe('eventually', () => {
  it('answers as soon as nothing is thrown', async () => {
    let tries = 0;
    const answer = await eventually(
      () => {
        if (++tries < 3) throw new Error('not yet');
        return tries;
      },
      { intervalMs: 1 },
    );
    expect(answer).toBe(3);
  });

  it('gives up after its time with what was wrong last', async () => {
    let tries = 0;
    const waiting = eventually(() => Promise.reject(new Error(`try ${++tries}`)), { timeoutMs: 50, intervalMs: 5 });
    const error = await waiting.catch((reason: Error) => reason);
    expect(error.message).toBe(`try ${tries}`);
    expect(tries).toBeGreaterThan(2);
  });
});
