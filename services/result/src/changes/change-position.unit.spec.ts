import fc from 'fast-check';
import { type ChangeRow, formatPosition, pageOfChanges, parsePosition } from './change-position.js';

const START = { xid: 0n, id: 0n, offset: 0 };
const row = (id: number, ...computers: string[]): ChangeRow => ({ id: BigInt(id), xid: 7n, run: 1, computers });

describe('change position', () => {
  it('reads what it wrote', () => {
    const position = { xid: 2n ** 64n - 1n, id: 2n ** 63n - 1n, offset: 499 };
    expect(parsePosition(formatPosition(position))).toEqual(position);
  });

  it.each([
    '',
    '1',
    '1-2',
    '1-2-3-4',
    '-1-2-3',
    'x-1-1',
    '99999999999999999999-1-0',
    '1-9999999999999999999-0',
    '1-2-3 ',
  ])('refuses %j', (text) => {
    expect(() => parsePosition(text)).toThrow('changes.position');
  });
});

describe('pageOfChanges', () => {
  it('names an execution once, however often it changed', () => {
    const page = pageOfChanges(START, [row(1, 'a', 'b'), row(2, 'b', 'c')], 10);
    expect(page.changed.map(({ computerId }) => computerId)).toEqual(['a', 'b', 'c']);
    expect(page).toMatchObject({ more: false, position: { xid: 7n, id: 2n, offset: 2 } });
  });

  it('stops in the middle of a row and goes on there', () => {
    const rows = [row(1, 'a', 'b', 'c')];
    const first = pageOfChanges(START, rows, 2);
    expect(first).toMatchObject({ more: true, position: { xid: 7n, id: 1n, offset: 2 } });
    expect(pageOfChanges(first.position, rows, 2).changed).toEqual([{ run: 1, computerId: 'c' }]);
  });

  it('stays where it is when nothing changed', () => {
    expect(pageOfChanges({ xid: 7n, id: 1n, offset: 2 }, [row(1, 'a', 'b')], 5)).toEqual({
      changed: [],
      position: { xid: 7n, id: 1n, offset: 2 },
      more: false,
    });
  });

  it('misses nothing over any number of pages', () => {
    const rows = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 4 }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 4 }), (lists, limit) => {
        const all = lists.map((computers, index) => row(index + 1, ...computers));
        const seen = new Set<string>();
        let position: ReturnType<typeof parsePosition> = START;
        for (let more = true; more;) {
          const page = pageOfChanges(
            position,
            all.filter(({ id }) => id >= position.id),
            limit,
          );
          page.changed.forEach(({ computerId }) => seen.add(computerId));
          ({ position, more } = page);
        }
        return lists.flat().every((computer) => seen.has(computer));
      }),
      { seed: 5 },
    );
  });
});
