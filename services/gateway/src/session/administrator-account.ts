import { createHash, timingSafeEqual } from 'node:crypto';

/** The one account of this stage; its password comes from the configuration and is never stored. */
export class AdministratorAccount {
  static readonly username = 'admin';
  private readonly digest: Buffer;

  constructor(password: string) {
    this.digest = sha256(password);
  }

  /** Compares in constant time; an unknown username costs the same as a wrong password. */
  matches(username: string, password: string): boolean {
    const passwordMatches = timingSafeEqual(sha256(password), this.digest);
    return passwordMatches && username === AdministratorAccount.username;
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
