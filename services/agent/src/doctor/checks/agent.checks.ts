import { JOURNAL_MIGRATIONS } from '../../journal/journal.sql.js';
import { type Check, type CheckResult, failed, ok, skipped } from '../check.js';
import type { LocalHealth } from '../../local/local-request.js';
import type { StoredState } from '../stored-state.js';

/** What the running agent says of itself; `null` from one that is too old to be asked. */
export type AgentAnswer = LocalHealth | null;

export interface AgentCheckParts {
  state: string;
  /** sentence when it does not answer */
  agent(): Promise<AgentAnswer | string>;
  stored: StoredState;
}

export function journalCheck({ stored, state, agent }: AgentCheckParts): Check {
  return {
    name: 'journal',
    async run() {
      switch (stored.kind) {
        case 'missing':
          return skipped('There is no journal yet: the agent has not run here.');
        case 'readable':
          return ok('The journal can be read.');
        case 'newer':
          return NEWER;
        case 'broken':
          return failed(
            `The journal in ${state} cannot be read: ${stored.why}.`,
            'If this is not root, run it as root. Else stop the agent, keep a copy of the state directory, and ask for help.',
          );
        case 'inUse':
          return journalOf(await agent());
      }
    },
  };
}

const NEWER = failed('The journal was written by a newer agent.', 'Install that version of the agent again.');

/** Of an agent that has it open. */
function journalOf(answer: AgentAnswer | string): CheckResult {
  if (typeof answer === 'string')
    return failed(
      'The journal is in use by an agent that does not answer.',
      'Stop that process and start the agent again; nothing is lost by it.',
    );
  return (answer?.journal ?? 0) > JOURNAL_MIGRATIONS.length ? NEWER : ok('The running agent has the journal open.');
}

export function agentCheck({ agent }: AgentCheckParts): Check {
  return {
    name: 'agent',
    async run() {
      const answer = await agent();
      if (typeof answer === 'string') return failed(answer, 'Start it; the last lines of its log say why it ended.');
      if (answer === null) return ok('An older agent runs; it cannot say whether it is connected.');
      if (answer.connected) return ok(`The agent ${answer.version} runs and is connected.`);
      const found = `The agent ${answer.version} runs, but is not connected.`;
      return failed(found, 'See the other checks; it tries again by itself.');
    },
  };
}
