import { hash, verify } from '@node-rs/argon2';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; about 0.1 s on one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Hash of a password that nobody has; unknown usernames are checked against it, so that they take as long as known ones. */
let nobody: Promise<string> | undefined;

/** argon2id with a salt of its own, in PHC format. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

/** Takes the same time whether there is a hash or not; without one nothing matches. */
export async function passwordMatches(stored: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword('no account has this password');
  const matches = await verify(stored ?? (await nobody), password);
  return stored !== null && matches;
}
