import { isUnreachable } from './unreachable.js';

const coded = (code: string) => Object.assign(new Error('x'), { code });
const wrappings: [string, (error: Error) => unknown][] = [
  ['bare', (error) => error],
  ['wrapped by TypeORM', (error) => Object.assign(new Error('query failed'), { driverError: error })],
  ['as a cause', (error) => new Error('outer', { cause: error })],
];

describe.each(wrappings)('a server that is away, %s', (_how, wrap) => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENETUNREACH', '08006', '25006', '53300', '57P01', '57P03', '58030'])(
    'by code %s',
    (code) => expect(isUnreachable(wrap(coded(code)))).toBe(true),
  );

  it.each(['FATAL', 'PANIC'])('by severity %s, whatever its code', (severity) =>
    expect(isUnreachable(wrap(Object.assign(coded('55000'), { severity })))).toBe(true),
  );

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])(
    'by sentence "%s"',
    (said) => expect(isUnreachable(wrap(new Error(said)))).toBe(true),
  );

  it.each([
    coded('23505'),
    coded('57014'),
    coded('ENOENT'),
    coded('08'),
    Object.assign(coded('55000'), { severity: 'ERROR' }),
    new Error('x'),
    new Error('the report says: Connection terminated unexpectedly'),
    Object.assign(coded('23514'), { message: 'Connection terminated' }),
  ])('%j is not', (error) => expect(isUnreachable(wrap(error))).toBe(false));
});

it.each([null, undefined, 'ECONNREFUSED', 57])('%s is not', (error) => expect(isUnreachable(error)).toBe(false));

it('does not follow an endless chain of causes', () => {
  const error = new Error('x');
  error.cause = error;
  expect(isUnreachable(error)).toBe(false);
});
