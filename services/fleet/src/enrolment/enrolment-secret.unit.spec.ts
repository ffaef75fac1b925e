import { hashEnrolmentSecret, newEnrolmentSecret } from './enrolment-secret.js';

describe('enrolment secret', () => {
  it('carries its prefix and 256 random bits', () => {
    const secret = newEnrolmentSecret();
    expect(secret).toMatch(/^wbe_[A-Za-z0-9_-]{43}$/);
    expect(newEnrolmentSecret()).not.toBe(secret);
  });

  it('is stored as SHA-256 of the whole secret', () => {
    expect(hashEnrolmentSecret('wbe_abc').toString('hex')).toBe(
      'c5f801d52b57833c66c9149f8f101919d23072e597c3634c87878867375332ed',
    );
    expect(hashEnrolmentSecret('wbe_abc')).toHaveLength(32);
    expect(hashEnrolmentSecret('wbe_abd').equals(hashEnrolmentSecret('wbe_abc'))).toBe(false);
  });
});
