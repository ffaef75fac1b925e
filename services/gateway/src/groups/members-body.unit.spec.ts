import type { WaybillError } from '@waybill/contracts';
import { membersFromBody } from './members-body.js';

const [A, B] = ['0199f3a0-7c1e-7000-8000-000000000001', '0199f3a0-7c1e-7000-8000-000000000002'];

function problemOf(body: unknown): WaybillError {
  try {
    membersFromBody(body);
  } catch (error) {
    return error as WaybillError;
  }
  throw new Error('was taken');
}

describe('the members in a body', () => {
  it('come as JSON', () => {
    expect(membersFromBody({ computers: [A, B] })).toEqual([A, B]);
    expect(
      problemOf({ computers: ['x'], name: 'y' })
        .errors!.map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(['/computers', '/name']);
  });

  it.each([
    ['one column', `computerId\n${A}\n${B}\n`],
    [
      'an export with other columns, by Windows',
      `computerName,computerId,status\r\n"a, b",${A},failed\r\n'=x,${B},failed\r\n`,
    ],
    ['a byte order mark, blank lines and repetitions', `\u{feff}computerId\n\n${A}\n${B}\n${A.toUpperCase()}\n\n`],
    ['spaces and no last line break', `computerId\n ${A} \n${B}`],
  ])('come as CSV: %s', (_what, text) => {
    expect(membersFromBody(text)).toEqual([A, B]);
  });

  it('may be none', () => {
    expect(membersFromBody('computerId\n')).toEqual([]);
  });

  it.each([
    ['every line with something else', `computerId\n${A}\nx\n\n"y"\n`, ['/3/computerId', '/5/computerId']],
    ['a header without the column', `id\n${A}\n`, ['/1']],
    ['the column twice', `computerId,computerId\n${A},${B}\n`, ['/1']],
    ['a line that is too long', `computerId\n${A},1\n`, ['/2']],
    ['a quote that is not closed', `computerId\n"${A}\n`, ['/2']],
  ])('are refused, naming %s', (_what, text, pointers) => {
    const problem = problemOf(text);
    expect(problem.code).toBe('request.invalid');
    expect(problem.errors!.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('are at most 5,000', () => {
    const ids = Array.from({ length: 5001 }, (_, n) => A.slice(0, -6) + String(n).padStart(6, '0'));
    expect(problemOf(['computerId', ...ids].join('\n')).errors![0]!.message).toContain('at most 5000');
    expect(membersFromBody(['computerId', ...ids.slice(1)].join('\n'))).toHaveLength(5000);
  });
});
