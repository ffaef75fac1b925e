import { sentenceOf } from './execution-view.js';

describe('sentenceOf', () => {
  it('is the sentence of a known reason', () => {
    expect(sentenceOf('failed', 'requirement.disk')).toBe('There is not enough free disk space.');
  });

  it('quotes a reason that is not known, also one named like a property of every object', () => {
    expect(sentenceOf('failed', 'constructor')).toBe('The agent gives the reason "constructor".');
  });

  it('is nothing without a reason', () => {
    expect(sentenceOf('installing', null)).toBeNull();
  });
});
