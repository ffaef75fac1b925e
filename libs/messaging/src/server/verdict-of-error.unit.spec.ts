import { conflict, invalid, notFound, WaybillError } from '@waybill/contracts';
import { isInfrastructureError } from './infrastructure-error.js';
import { RETRY } from './verdict.js';
import { verdictOfError } from './verdict-of-error.js';

const coded = (code: string) => Object.assign(new Error('x'), { code });

describe('verdict of an error', () => {
  it.each([
    invalid('a', 'x'),
    notFound('a', 'x'),
    conflict('a', 'x'),
    new WaybillError('forbidden', 'a', 'x'),
    coded('22021'),
    Object.assign(new Error('x'), { driverError: coded('22P02') }),
  ])('%s is dead with its reason', (error) => {
    expect(verdictOfError(error)).toEqual({ kind: 'dead', reason: expect.stringContaining('x') });
  });

  it.each([
    new WaybillError('unavailable', 'a', 'x'),
    new WaybillError('internal', 'a', 'x'),
    new TypeError('x'),
    'text',
    undefined,
    coded('40001'),
    coded('23505'),
  ])('%s is retried', (error) => {
    expect(verdictOfError(error)).toBe(RETRY);
  });
});

describe('infrastructure error', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', '08006', '53300', '57P01', '57P03', '58030'])(
    '%s, also wrapped by TypeORM',
    (code) => {
      expect(isInfrastructureError(coded(code))).toBe(true);
      expect(isInfrastructureError(Object.assign(new Error('query failed'), { driverError: coded(code) }))).toBe(true);
      expect(isInfrastructureError(new Error('outer', { cause: coded(code) }))).toBe(true);
    },
  );

  it.each([coded('23505'), coded('57014'), coded('ENOENT'), new Error('x'), null, 'text'])('%s is not', (error) => {
    expect(isInfrastructureError(error)).toBe(false);
  });
});
