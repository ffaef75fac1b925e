import { hashPassword, passwordMatches } from './password-hash.js';

const PASSWORD = 'correct horse battery';

describe('a password', () => {
  it('is kept as argon2id in PHC format, with another salt each time', async () => {
    const [first, second] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(second).not.toBe(first);
    expect([await passwordMatches(first, PASSWORD), await passwordMatches(first, 'another')]).toEqual([true, false]);
  });

  it('never matches where there is none', async () => {
    expect(await passwordMatches(null, 'no account has this password')).toBe(false);
  });

  it('is not compared when too many wait already, and the next is again', async () => {
    const hash = await hashPassword(PASSWORD);
    const tries = Array.from({ length: 130 }, () => passwordMatches(hash, PASSWORD));
    const answers = await Promise.allSettled(tries);
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    expect(refused.length).toBeGreaterThanOrEqual(28);
    expect(refused.length).toBeLessThan(40);
    for (const reason of refused) expect(reason).toMatchObject({ code: 'session.busy' });
    expect(await passwordMatches(hash, PASSWORD)).toBe(true);
  }, 60_000);
});
