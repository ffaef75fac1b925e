import { WaybillError } from '@waybill/contracts/agent';
import { ConfigError } from '../config/config-error.js';
import { COMPUTER_ID, ENROLLED_AT } from '../identity/enrolment.js';
import { CrashPoint } from '../journal/crash-point.js';
import type { Journal } from '../journal/journal.js';
import { SqliteJournal } from '../journal/sqlite-journal.js';
import { askAgent } from '../local/local-client.js';
import { StateLayout } from '../root/state-layout.js';

/** As what this computer is enrolled, and where; `server` null: it is not known any more. */
export interface Enrolled {
  computerId: string;
  server: string | null;
}

/** Who it is, by the agent that runs; or the journal, which nobody else has open. */
export type Here = { running: Enrolled } | { running: null; journal: SqliteJournal };

/** @throws ConfigError when the state directory cannot be used, or an agent has it that does not answer */
export async function lookHere(state: string): Promise<Here> {
  try {
    const layout = new StateLayout(state);
    return { running: null, journal: new SqliteJournal(layout.journal, CrashPoint.fromEnvironment()) };
  } catch (error) {
    if (!(error instanceof WaybillError))
      throw new ConfigError(
        `The state directory ${state} cannot be used: ${(error as Error).message}. Do it as root, or name another by --state.`,
      );
    if (error.code !== 'journal.locked') throw error;
    const running = await askWho(state);
    if (running) return { running };
    throw new ConfigError(
      `${error.detail}. Stop the agent that uses it (systemctl stop waybill-agent), then enrol again.`,
    );
  }
}

/** Null before this computer has enrolled. */
export function enrolledBy(journal: Journal): Enrolled | null {
  const computerId = journal.get(COMPUTER_ID);
  return computerId === null ? null : { computerId, server: journal.get(ENROLLED_AT) };
}

async function askWho(state: string): Promise<Enrolled | null> {
  try {
    const answer = await askAgent(new StateLayout(state).socket, { v: 1, do: 'health' });
    if (!answer.ok || !('health' in answer)) return null;
    return { computerId: answer.health.computerId, server: answer.health.enrolledAt };
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}
