import { readFileSync } from 'node:fs';
import { type ApiWorld, startApiWorld } from './api/api-world.fixtures.spec.ts';
import { badInput } from './api/bad-input.cases.spec.ts';
import { deadLetters } from './api/dead-letters.cases.spec.ts';
import { expectProblem } from './api/expect-problem.fixtures.spec.ts';
import { foreignThings } from './api/foreign.cases.spec.ts';
import { live } from './api/live.cases.spec.ts';
import { PROBLEMS, PROVED_ELSEWHERE } from './api/problem-table.fixtures.spec.ts';
import { snapshot } from './api/snapshot.fixtures.spec.ts';
import { uploads } from './api/uploads.cases.spec.ts';

const MINUTES = 60_000;

/** `METHOD /path code` of every problem that the committed document lists. */
function documented(): string[] {
  const { paths } = JSON.parse(readFileSync('services/gateway/openapi.json', 'utf8')) as {
    paths: Record<string, Record<string, { 'x-problems'?: string[] }>>;
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { 'x-problems': codes = [] }]) =>
      codes.map((code) => `${method.toUpperCase()} ${path.replace('/api/v1', '')} ${code}`),
    ),
  );
}

/** One stack for all of it: servers and five services as they ship. */
describe('the REST API', () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await startApiWorld();
  }, 5 * MINUTES);
  afterAll(() => world?.stop(), 2 * MINUTES);

  describe('answers the problem that is documented, and changes nothing:', () => {
    let before: unknown;
    beforeAll(async () => {
      before = await snapshot(world);
    });
    afterAll(async () => expect(await snapshot(world)).toEqual(before));

    it.each(PROBLEMS)('%s %s', async (_operation, code, status, provoke) => {
      await expectProblem(await provoke(world), status, code);
    });

    it('every one of them is provoked here or proved elsewhere', () => {
      const provoked = new Set(PROBLEMS.map(([operation, code]) => `${operation} ${code}`));
      const missing = documented().filter((entry) => {
        const code = entry.split(' ').at(-1)!;
        return !provoked.has(entry) && !(code in PROVED_ELSEWHERE);
      });
      expect(missing).toEqual([]);
      expect([...provoked].filter((entry) => !documented().includes(entry))).toEqual([]);
    });
  });

  foreignThings(() => world);
  uploads(() => world);
  badInput(() => world);
  deadLetters(() => world);
  live(() => world);
});
