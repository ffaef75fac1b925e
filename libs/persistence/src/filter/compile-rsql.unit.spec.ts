import { WaybillError } from '@waybill/contracts';
import { compileRsql } from './compile-rsql.js';
import type { FieldMap } from './field-map.js';

const FIELDS: FieldMap = {
  name: { sql: 'c.name', type: 'text' },
  status: { sql: 'e.status', type: 'enum', values: ['queued', 'failed'] },
  id: { sql: 'c.id', type: 'uuid' },
  updatedAt: { sql: 'e.updated_at', type: 'timestamp' },
  exitCode: { sql: 'e.exit_code', type: 'number' },
  online: { sql: 'c.online', type: 'boolean' },
  'attributes.*': { sql: (key, bind) => `c.attributes ->> ${bind(key)}`, type: 'text' },
};

function compiled(filter: string): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const sql = compileRsql(filter, FIELDS, (value) => `$${params.push(value)}`);
  return { sql, params };
}

function refusal(filter: string): WaybillError {
  try {
    compiled(filter);
  } catch (error) {
    expect(error).toBeInstanceOf(WaybillError);
    expect((error as WaybillError).kind).toBe('invalid');
    return error as WaybillError;
  }
  throw new Error(`${filter} was accepted`);
}

const ID = '018f6f3e-7c1a-7000-8000-000000000001';

describe('compileRsql', () => {
  it.each([
    ['name==pc-1', 'c.name = $1::text', ['pc-1']],
    ['name!=pc-1', 'c.name IS DISTINCT FROM $1::text', ['pc-1']],
    ['name==pc-*', 'c.name LIKE $1', ['pc-%']],
    ['name!=*x*', '(c.name IS NULL OR c.name NOT LIKE $1)', ['%x%']],
    ['name=in=(a,b)', 'c.name = ANY($1::text[])', [['a', 'b']]],
    ['name=in=(a*,b)', 'c.name LIKE ANY($1::text[])', [['a%', 'b']]],
    ['name=out=(a,b)', '(c.name IS NULL OR c.name <> ALL($1::text[]))', [['a', 'b']]],
    ['name=out=(a*,b)', '(c.name IS NULL OR c.name NOT LIKE ALL($1::text[]))', [['a%', 'b']]],
    ['name=="two words"', 'c.name = $1::text', ['two words']],
    ['name>=m', 'c.name >= $1::text', ['m']],
    ['status==failed', 'e.status = $1::text', ['failed']],
    [`id==${ID}`, 'c.id = $1::uuid', [ID]],
    ['exitCode>=3', 'e.exit_code >= $1::bigint', ['3']],
    ['exitCode=gt=-3.5', 'e.exit_code > $1::numeric', ['-3.5']],
    ['exitCode=in=(1,2.5)', 'e.exit_code = ANY($1::numeric[])', [['1', '2.5']]],
    ['updatedAt=lt=2026-09-01T00:00:00Z', 'e.updated_at < $1::timestamptz', ['2026-09-01T00:00:00Z']],
    [
      'updatedAt<=2026-09-01T09:30:00.123456+09:00',
      'e.updated_at <= $1::timestamptz',
      ['2026-09-01T09:30:00.123456+09:00'],
    ],
    ['updatedAt>2028-02-29', 'e.updated_at > $1::timestamptz', ['2028-02-29']],
    ['online==true', 'c.online = $1::boolean', ['true']],
    ['attributes.site==Kyoto', 'c.attributes ->> $1 = $2::text', ['site', 'Kyoto']],
  ])('%s', (filter, sql, params) => {
    expect(compiled(filter)).toEqual({ sql, params });
  });

  it('and binds stronger than or; parentheses and words work', () => {
    const expected = '((c.name = $1::text AND e.status = $2::text) OR c.online = $3::boolean)';
    expect(compiled('name==a;status==failed,online==true').sql).toBe(expected);
    expect(compiled('name==a and status==failed or online==true').sql).toBe(expected);
    expect(compiled('name==a;(status==failed,online==true)').sql).toBe(
      '(c.name = $1::text AND (e.status = $2::text OR c.online = $3::boolean))',
    );
  });

  it.each([
    ['name=="\'; DROP TABLE computers; --"', "'; DROP TABLE computers; --"],
    ['name=="$1) OR (1=1"', '$1) OR (1=1'],
    ["name=='it\\'s'", "it's"],
    ['name=="a\\"b"', 'a"b'],
  ])('a value is a parameter, whatever it says: %s', (filter, value) => {
    expect(compiled(filter)).toEqual({ sql: 'c.name = $1::text', params: [value] });
  });

  it('the key of an attribute is a parameter too', () => {
    const { sql, params } = compiled('attributes.a\\b==x');
    expect([sql, params]).toEqual(['c.attributes ->> $1 = $2::text', ['a\\b', 'x']]);
  });

  it.each([
    ['50%_a*', '50\\%\\_a%'],
    ['a\\*b*', 'a*b%'],
    ['back\\slash*', 'back\\\\slash%'],
  ])('only * is a wildcard: name==%s', (value, pattern) => {
    expect(compiled(`name==${value}`).params).toEqual([pattern]);
  });

  it.each([
    ['nam==x', /names "nam" \(did you mean "name"\?\); it may name name, status, id/],
    ['password==x', /names "password"; it may name name/],
    ['constructor==x', /names "constructor"/],
    ['__proto__==x', /names "__proto__"/],
    ['attributes.==x', /names "attributes\."/],
    ['attributes==x', /names "attributes"/],
  ])('refuses the unknown field of %s and names those that are known', (filter, detail) => {
    expect(refusal(filter)).toMatchObject({ code: 'filter.unknownField', detail: expect.stringMatching(detail) });
  });

  it.each([
    '',
    'name',
    'name==',
    '==x',
    'name==a;;name==b',
    '(name==a',
    'name==a)',
    'name=="open',
    'name=in=()',
    ';',
    'name = a',
  ])('refuses what is not RSQL: %p', (filter) => {
    const { code, detail } = refusal(filter);
    expect(code).toBe('filter.syntax');
    expect(detail).toContain('Example:');
  });

  it.each([
    'name=like=a',
    'name=~=a',
    'status<failed',
    'online>true',
    `id>=${ID}`,
    'name==(a,b)',
    'name>(a,b)',
    'name=constructor=a',
  ])('refuses the operator of %s', (filter) => {
    expect(['filter.operator', 'filter.syntax']).toContain(refusal(filter).code);
  });

  it.each([
    ['status==faild', /use one of queued, failed/],
    ['id==17', /use an id/],
    [`id==${ID}x`, /use an id/],
    ['exitCode==ten', /use a number/],
    ['exitCode==1e400', /use a number/],
    ['exitCode==NaN', /use a number/],
    ['exitCode==99999999999999999999', /use a number/],
    ['online==yes', /true or false/],
    ['updatedAt>yesterday', /use a date and time/],
    ['updatedAt>now', /use a date and time/],
    ['updatedAt>infinity', /use a date and time/],
    ['updatedAt>2026-02-31', /use a date and time/],
    ['updatedAt>2026-13-01', /use a date and time/],
    ['updatedAt>0000-01-01', /use a date and time/],
    ['updatedAt>2026-01-01T25:00:00Z', /use a date and time/],
    ['updatedAt>2026-01-01T00:00:00+18:00', /use a date and time/],
    ['updatedAt>"2026-01-01 (comment)"', /use a date and time/],
    ['name=="a\u0000b"', /NUL/],
  ])('refuses the value of %s', (filter, detail) => {
    expect(refusal(filter)).toMatchObject({ code: 'filter.value', detail: expect.stringMatching(detail) });
  });

  it('takes a hundred comparisons and not one more', () => {
    const terms = (count: number) => Array.from({ length: count }, () => 'name==a');
    expect(compiled(terms(100).join(';')).params).toHaveLength(100);
    expect(compiled(terms(100).join(',')).params).toHaveLength(100);
    expect(refusal(terms(101).join(';'))).toMatchObject({
      code: 'filter.tooLong',
      detail: expect.stringContaining('it has 101 comparisons'),
    });
    expect(refusal(terms(500).join(',')).code).toBe('filter.tooLong');
  });

  it.each([
    ['ten thousand terms', Array.from({ length: 10_000 }, () => 'name==a').join(';')],
    ['a megabyte of text', `name==${'x'.repeat(1_000_000)}`],
    ['a megabyte of parentheses', '('.repeat(1_000_000)],
  ])('refuses %s at once', (_what, filter) => {
    const begun = performance.now();
    expect(refusal(filter).code).toBe('filter.tooLong');
    expect(performance.now() - begun).toBeLessThan(100);
  });

  it('survives four thousand nested parentheses', () => {
    expect(compiled(`${'('.repeat(4000)}name==a${')'.repeat(4000)}`).sql).toBe('c.name = $1::text');
  });

  it('does not repeat a long filter in its refusal', () => {
    expect(refusal(`name==a;;${'x'.repeat(5000)}`).detail.length).toBeLessThan(500);
    expect(refusal(`${'x'.repeat(5000)}==a`).detail.length).toBeLessThan(500);
  });
});
