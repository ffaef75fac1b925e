import { parseArgs } from 'node:util';
import { DURATION_PATTERN, durationMs } from '@waybill/contracts/agent';
import { stateDirectory } from '../config/agent-config.js';
import { ConfigError } from '../config/config-error.js';
import { socketIn } from '../root/state-layout.js';
import { plain } from '../user/desktop-notifier.js';
import { DEFAULT_POSTPONEMENT_MS, LONGEST_POSTPONEMENT_MS } from '../user/offer.js';
import { askAgent } from './local-client.js';
import type { LocalAnswer, LocalRequest } from './local-request.js';
import { catalogueWords, historyWords, statusWords } from './local-words.js';

export const LOCAL_HELP = `Usage: waybill-agent COMMAND [--state DIR] [--config FILE]

  status [--json]             jobs on this computer, and where each stands
  postpone JOB [--for PT4H]   put an installation off, by an hour unless --for says how long
  install-now JOB             let an installation that waits for you begin
  history [--json]            what was done on this computer, newest first
  catalog [--json]            what you may install yourself
  install PACKAGE[@VERSION]   install something of it, or ask for it where somebody has to approve
  enrol --server URL          have this computer join (waybill-agent enrol --help)
  check-in                    whether this program could take over (waybill-agent check-in --help)
  doctor [--json]             what is wrong, and what to do (waybill-agent doctor --help)
  restart                     restart the computer, when an installation waits for that
  --state DIR                 of the agent (/var/lib/waybill-agent); also WAYBILL_AGENT_STATE
  --help                      this text

JOB is the id of a job, the beginning of one, or the name of its package. Root may ask, and members of the group waybill.
`;

/** Sentences hold titles, which others have written. */
const MAX_SENTENCE = 2000;
const COMMANDS = ['status', 'postpone', 'install-now', 'restart', 'history', 'catalog', 'install'];

/**
 * Asks the running agent, and prints what it says.
 * @returns the exit code: 0 done, 1 refused
 * @throws ConfigError for what cannot be asked
 */
export async function runLocalCommand(
  args: readonly string[],
  print: { out(text: string): void; err(text: string): void },
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const { values, positionals } = read(args);
  if (values.help) return (print.out(LOCAL_HELP), 0);
  const answer = await askAgent(socketIn(stateDirectory(values, env)), requestOf(positionals, values.for));
  if (!answer.ok) {
    print.err(`waybill-agent: ${plain(answer.message, MAX_SENTENCE)}\n`);
    return 1;
  }
  if (values.json) print.out(`${JSON.stringify(answer)}\n`);
  else print.out(wordsOf(answer, positionals[0]));
  return 0;
}

function wordsOf(answer: LocalAnswer & { ok: true }, command: string | undefined): string {
  if ('offers' in answer) return catalogueWords(answer.offers);
  if ('jobs' in answer) return command === 'history' ? historyWords(answer.jobs) : statusWords(answer.jobs);
  return 'done' in answer ? `${plain(answer.done, MAX_SENTENCE)}\n` : `${JSON.stringify(answer)}\n`;
}

function read(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const options = { state: text, config: text, for: text, json: flag, help: flag } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new ConfigError(`${(error as Error).message} See waybill-agent status --help.`);
  }
}

function requestOf([command = '', job, ...more]: readonly string[], duration: string | undefined): LocalRequest {
  const takesJob = command === 'postpone' || command === 'install-now' || command === 'install';
  if (!COMMANDS.includes(command))
    throw new ConfigError(`There is no command "${command}"; one of ${COMMANDS.join(', ')}.`);
  if (takesJob && job === undefined)
    throw new ConfigError(
      command === 'install'
        ? 'What? waybill-agent install PACKAGE; waybill-agent catalog lists what is offered.'
        : `Which job? waybill-agent ${command} JOB; waybill-agent status lists them.`,
    );
  if (more.length > 0 || (!takesJob && job !== undefined))
    throw new ConfigError(`${command} takes no "${more[0] ?? job}".`);
  if (duration !== undefined && command !== 'postpone') throw new ConfigError(`${command} takes no --for.`);
  switch (command) {
    case 'postpone':
      return { v: 1, do: 'postpone', job: job!, forMs: postponement(duration) };
    case 'install-now':
      return { v: 1, do: 'installNow', job: job! };
    case 'install':
      return { v: 1, do: 'install', offer: job! };
    default:
      return { v: 1, do: command as 'status' | 'restart' | 'history' | 'catalog' };
  }
}

function postponement(duration: string | undefined): number {
  if (duration === undefined) return DEFAULT_POSTPONEMENT_MS;
  const ms = DURATION_PATTERN.test(duration) ? durationMs(duration) : NaN;
  if (ms >= 1000 && ms <= LONGEST_POSTPONEMENT_MS) return ms;
  throw new ConfigError(`--for ${duration}: use an ISO 8601 duration from PT1S to P7D, e.g. PT4H.`);
}
