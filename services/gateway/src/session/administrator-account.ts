import { createHash, timingSafeEqual } from 'node:crypto';

/** The first administrator's password comes from the configuration and is never stored. */
export class AdministratorAccount {
  private readonly digest: Buffer;

  constructor(password: string) {
    this.digest = sha256(password);
  }

  /** Compares in constant time. */
  matches(password: string): boolean {
    return timingSafeEqual(sha256(password), this.digest);
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
