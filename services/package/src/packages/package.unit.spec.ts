import { WaybillError } from '@waybill/contracts';
import { checkDetails, decideRemove, decideUpdate } from './package.js';

const CURRENT = { title: 'Acme Ledger', publisher: 'Acme', description: null, category: 'finance', revision: 3 };

function code(decide: () => unknown): string {
  try {
    decide();
  } catch (error) {
    if (error instanceof WaybillError) return error.code;
  }
  throw new Error('nothing was refused');
}

describe('changing a package', () => {
  it('keeps what is absent and clears what is null', () => {
    const changes = { title: 'Ledger', publisher: null as unknown as undefined };
    expect(decideUpdate(CURRENT, changes)).toEqual({
      title: 'Ledger',
      publisher: null,
      description: null,
      category: 'finance',
    });
  });

  it('is nothing when nothing differs', () => {
    expect(decideUpdate(CURRENT, {})).toBeNull();
    expect(decideUpdate(CURRENT, { title: 'Acme Ledger' }, 3)).toBeNull();
  });

  it('is refused when another change came between', () => {
    expect(code(() => decideUpdate(CURRENT, { title: 'Ledger' }, 2))).toBe('precondition.failed');
  });

  it('cannot take the title away', () => {
    expect(code(() => decideUpdate(CURRENT, { title: null as unknown as string }))).toBe('request.invalid');
  });

  it('refuses text that cannot be stored', () => {
    expect(code(() => decideUpdate(CURRENT, { description: 'a\u0000' }))).toBe('request.invalid');
    expect(code(() => checkDetails({ title: '\udfff' }))).toBe('request.invalid');
    expect(() => checkDetails({ title: 'Über\n\t😀' })).not.toThrow();
  });
});

describe('removing a package', () => {
  it('is allowed while nothing was published', () => expect(() => decideRemove('acme-ledger', [])).not.toThrow());

  it('names what was published', () => {
    expect(() => decideRemove('acme-ledger', ['2.4.0', '2.5.0'])).toThrow(
      '2 of its versions were published (2.4.0, 2.5.0)',
    );
    expect(code(() => decideRemove('acme-ledger', ['1', '2', '3', '4', '5', '6']))).toBe('package.inUse');
  });
});
