import { SharedRead } from './shared-read.js';

/** A read whose answers the spec gives, one after the other. */
function readsOf() {
  const begun: PromiseWithResolvers<number>[] = [];
  const shared = new SharedRead(() => {
    begun.push(Promise.withResolvers());
    return begun.at(-1)!.promise;
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { begun, shared, turn };
}

describe('a shared read', () => {
  it('is one for all who ask at once, and again one for all who ask while it is under way', async () => {
    const { begun, shared, turn } = readsOf();
    const first = [shared.get(), shared.get()];
    await turn();
    const second = [shared.get(), shared.get(), shared.get()];
    await turn();
    expect(begun).toHaveLength(1);
    begun[0]!.resolve(1);
    expect(await Promise.all(first)).toEqual([1, 1]);
    await turn();
    expect(begun).toHaveLength(2);
    begun[1]!.resolve(2);
    expect(await Promise.all(second)).toEqual([2, 2, 2]);
  });

  it('is not answered by what was read before', async () => {
    const { begun, shared, turn } = readsOf();
    for (const answer of [1, 2]) {
      const asked = shared.get();
      await turn();
      begun.at(-1)!.resolve(answer);
      expect(await asked).toBe(answer);
    }
  });

  it('that fails, fails for those who shared it, and not for the next', async () => {
    const { begun, shared, turn } = readsOf();
    const failed = [shared.get(), shared.get()];
    await turn();
    const next = shared.get();
    begun[0]!.reject(new Error('the database is away'));
    for (const one of failed) await expect(one).rejects.toThrow('away');
    await turn();
    begun[1]!.resolve(2);
    expect(await next).toBe(2);
  });
});
