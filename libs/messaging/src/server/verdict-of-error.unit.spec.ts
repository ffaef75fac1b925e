import { conflict, invalid, notFound, WaybillError } from '@waybill/contracts';
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
