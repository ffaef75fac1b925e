import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AttemptKey, keyText } from '../journal/journal.records.js';

/** The agent's socket in its state directory. */
export function socketIn(directory: string): string {
  return join(directory, 'agent.sock');
}

/** The agent's journal in its state directory. */
export function journalIn(directory: string): string {
  return join(directory, 'journal.sqlite');
}

/** Where things lie in the state directory (mode 0700). */
export class StateLayout {
  readonly journal: string;
  /** where users of the computer ask the agent */
  readonly socket: string;
  /** complete downloads by SHA-256, and `.part` files of unfinished ones */
  readonly artifacts: string;
  private readonly work: string;
  private readonly logs: string;

  constructor(readonly directory: string) {
    this.journal = journalIn(directory);
    this.socket = socketIn(directory);
    this.artifacts = join(directory, 'artifacts');
    this.work = join(directory, 'work');
    this.logs = join(directory, 'logs');
    for (const path of [directory, this.artifacts, this.work, this.logs])
      mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  /** The attempt's files under their own names; working directory of its scripts. */
  workOf(key: AttemptKey): string {
    return join(this.work, keyText(key));
  }

  /** Everything that the attempt's installer and scripts wrote. */
  logOf(key: AttemptKey): string {
    return join(this.logs, `${keyText(key)}.log`);
  }
}
