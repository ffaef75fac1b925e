import { createHash } from 'node:crypto';
import { hash, hashRaw, verify } from '@node-rs/argon2';
import { limited } from '@waybill/contracts';
import pLimit from 'p-limit';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; about 0.1 s on one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Each takes a thread of the pool that files and names are looked up with as well: some must stay free. */
const atOnce = pLimit(2);
/** With more than these in front of it, an answer would come too late for anybody. */
const MAX_WAITING = 100;

/** Hash of a password that nobody has; unknown usernames are checked against it, so that they take as long as known ones. */
let nobody: Promise<string> | undefined;

/** argon2id with a salt of its own, in PHC format. @throws WaybillError limited `session.busy` */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, COST));
}

/** Takes the same time whether there is a hash or not; without one nothing matches. @throws WaybillError limited `session.busy` */
export async function passwordMatches(stored: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword('no account has this password');
  const against = stored ?? (await nobody);
  const matches = await inTurn(() => verify(against, password));
  return stored !== null && matches;
}

/** argon2id of a text that holds a password, the same for the same salt. @throws WaybillError limited `session.busy` */
export function slowDigest(text: string, salt: string): Promise<Buffer> {
  return inTurn(() => hashRaw(text, { ...COST, salt: createHash('sha256').update(salt).digest() }));
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (atOnce.pendingCount < MAX_WAITING) return atOnce(work);
  throw limited('session.busy', 'Too many people log in at this moment; try again in a few seconds.', 5);
}
