import { type EnrolRequest, WaybillError } from '@waybill/contracts/agent';
import { ConfigError } from '../config/config-error.js';
import type { FleetDoor } from '../door/fleet-door.js';
import type { Journal } from '../journal/journal.js';
import type { Log } from '../log.js';
import { BackOff } from '../retry/back-off.js';
import type { Clock } from '../time/clock.js';
import type { PinnedKeys } from '../trust/pinned-keys.js';

export const COMPUTER_ID = 'computerId';
/** the server at which it enrolled */
export const ENROLLED_AT = 'enrolledAt';

export interface EnrolmentParts {
  door: FleetDoor;
  /** address of the door */
  server: string;
  journal: Journal;
  keys: PinnedKeys;
}

export interface PatientEnrolmentParts extends EnrolmentParts {
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

/**
 * The computer's id: from the journal, else by enrolling. The key is on disk before the question leaves, and the same
 * key is answered with the same id, so a kill in between is made good by asking again.
 * @param describe what the computer says of itself, without the token
 * @throws ConfigError when there is no token, or the server does not accept it
 */
export async function enrolOnce(
  parts: PatientEnrolmentParts,
  token: string | undefined,
  describe: () => Omit<EnrolRequest, 'token'>,
): Promise<string> {
  const { journal, clock, log, signal } = parts;
  const known = journal.get(COMPUTER_ID);
  if (known) return known;
  if (!token)
    throw new ConfigError(
      'This computer is not enrolled yet: do it by waybill-agent enrol, or give WAYBILL_AGENT_TOKEN or WAYBILL_AGENT_TOKEN_FILE once.',
    );
  const backOff = new BackOff(1_000, 60_000);
  for (;;) {
    try {
      return await enrol(parts, { token, ...describe() });
    } catch (error) {
      if (!(error instanceof WaybillError)) throw error;
      log.warn({ err: error }, 'the server does not answer; enrolling will be tried again');
      await clock.sleep(backOff.next(error), signal);
    }
  }
}

/**
 * Asks once to be enrolled, and journals the answer.
 * @returns the computer's id
 * @throws ConfigError when the server does not accept it, or offers no keys that can be trusted; WaybillError `unavailable` when it does not answer
 */
export async function enrol({ door, server, journal, keys }: EnrolmentParts, request: EnrolRequest): Promise<string> {
  const { computerId, keySets } = await door.enrol(request).catch((error: unknown) => {
    throw refused(error);
  });
  await pin(keys, keySets);
  journal.transact('enrolled', () => {
    journal.set(COMPUTER_ID, computerId);
    journal.set(ENROLLED_AT, server);
  });
  return computerId;
}

/** Whose word counts is settled before anything else is. */
async function pin(keys: PinnedKeys, keySets: readonly string[]): Promise<void> {
  await keys.offer(keySets);
  if (!keys.current)
    throw new ConfigError(
      'The server offers no key set that this computer can trust; compare --root-key (WAYBILL_AGENT_ROOT_KEY) with what "npm run keys -- show" says on the server.',
    );
}

function refused(error: unknown): Error {
  return error instanceof WaybillError && error.kind !== 'unavailable'
    ? new ConfigError(`The server did not enrol this computer: ${error.detail} (${error.code}).`)
    : (error as Error);
}
