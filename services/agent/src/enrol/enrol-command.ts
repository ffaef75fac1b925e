import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { WaybillError } from '@waybill/contracts/agent';
import { fingerprint } from '@waybill/trust';
import { type AgentConfig, agentConfig, configFile, givenSettings, readFile } from '../config/agent-config.js';
import { type AgentFlags, parseFlags } from '../config/agent-flags.js';
import { believe } from '../config/believe.js';
import { ConfigError } from '../config/config-error.js';
import { HttpFleetDoor } from '../door/http-fleet-door.js';
import { httpConnections } from '../http/http-request.js';
import { loadOrCreateAgentKey } from '../identity/agent-key.js';
import { describeComputer } from '../identity/describe-computer.js';
import { enrol } from '../identity/enrolment.js';
import type { Journal } from '../journal/journal.js';
import { silentLog } from '../log.js';
import { CorrectedClock } from '../time/clock.js';
import { PinnedKeys } from '../trust/pinned-keys.js';
import { type Enrolled, enrolledBy, lookHere } from './enrolled-here.js';
import { keepSettings } from './keep-settings.js';
import { readToken } from './read-token.js';

export const ENROL_HELP = `Usage: waybill-agent enrol --server URL [--token-file FILE] [the settings of the agent: --ca, --root-key, --config …]

Has this computer join, once: makes its key, which never leaves it, and exchanges the enrolment token for a name at the server.
The token is taken from FILE (- is standard input), WAYBILL_AGENT_TOKEN or WAYBILL_AGENT_TOKEN_FILE, never from the command line.
Whatever else flags and WAYBILL_AGENT_* say is kept in the configuration file, so that the service starts with the same.
Done again, it changes nothing. Run it as the user that runs the agent (root).
Exit code: 0 enrolled, 1 not, 75 the server does not answer now and asking again later may help.
`;

/** `EX_TEMPFAIL` of sysexits.h */
const TRY_AGAIN = 75;

/**
 * Enrols this computer and says what it did.
 * @param input where `--token-file -` reads
 * @returns the exit code: 0 enrolled, 75 the server does not answer
 * @throws ConfigError for everything that a person has to put right
 */
export async function runEnrol(
  args: readonly string[],
  print: { out(text: string): void; err(text: string): void },
  env: NodeJS.ProcessEnv = process.env,
  input: Readable = process.stdin,
): Promise<number> {
  const flags = parseFlags(args);
  if (flags.help) return (print.out(ENROL_HELP), 0);
  if (flags.token !== undefined)
    throw new ConfigError(
      'Everybody on the computer can read a command line: give the token by --token-file FILE (- for standard input), WAYBILL_AGENT_TOKEN_FILE or WAYBILL_AGENT_TOKEN, not by --token.',
    );
  const settings = settingsOf(flags, env);
  const { config } = settings;
  believe(config.ca);
  const here = await lookHere(config.state);
  if (here.running) {
    const what = alreadyEnrolled(here.running, config);
    print.out(`${what} Its agent runs.\n${keep(settings)}\nNothing is left to do; waybill-agent doctor checks it.\n`);
    return 0;
  }
  try {
    const known = enrolledBy(here.journal);
    const what = known
      ? alreadyEnrolled(known, config)
      : await enrolNow(config, here.journal, () => readToken(flags, env, input));
    print.out(`${what}\n${keep(settings)}\n${NEXT}`);
    return 0;
  } catch (error) {
    if (!(error instanceof WaybillError) || error.kind !== 'unavailable') throw error;
    print.err(
      `waybill-agent: ${config.server} does not answer, so this computer is not enrolled: ${error.detail}. Try again later; waybill-agent doctor says what is in the way.\n`,
    );
    return TRY_AGAIN;
  } finally {
    here.journal.close();
  }
}

const NEXT = `Next: start the agent, as a service by systemctl enable --now waybill-agent; then waybill-agent doctor checks it.
The token is not needed on this computer any more: remove the file if there is one.
`;

interface Settings {
  config: AgentConfig;
  path: string;
  file: Record<string, unknown>;
  /** without the token */
  given: Record<string, unknown>;
}

/** The token is left out: a computer that is enrolled needs none, and a file that held one may be gone. */
function settingsOf(flags: AgentFlags, env: NodeJS.ProcessEnv): Settings {
  const path = configFile(flags, env);
  const file = existsSync(path) ? readFile(path) : {};
  const withoutToken = { ...env, WAYBILL_AGENT_TOKEN: '', WAYBILL_AGENT_TOKEN_FILE: '' };
  const plain = { ...flags, 'token-file': undefined };
  const config = agentConfig(plain, withoutToken, file);
  const given = givenSettings(plain, withoutToken);
  // What is relative means something else to a service, which has another working directory.
  for (const name of ['state', 'root'] as const) if (given[name] !== undefined) given[name] = config[name];
  demandNoPassword(given['proxy'], path);
  return { config, path, file, given };
}

/** The file is readable by everybody. A person who closes it may write into it what they like. */
function demandNoPassword(proxy: unknown, path: string): void {
  if (typeof proxy !== 'string' || new URL(proxy).password === '') return;
  throw new ConfigError(
    `The proxy is given with a password, and everybody may read ${path}: name it without one, and give the agent WAYBILL_AGENT_PROXY with it in the environment of its service (systemctl edit waybill-agent).`,
  );
}

async function enrolNow(config: AgentConfig, journal: Journal, token: () => Promise<string>): Promise<string> {
  const secret = await token();
  const clock = new CorrectedClock(0);
  const keys = new PinnedKeys({ journal, clock, log: silentLog, rootFingerprint: config.rootKey ?? null });
  const door = new HttpFleetDoor(
    config.server,
    httpConnections({ proxies: config.proxies }),
    config.allowPlaintext ?? [],
  );
  const request = { token: secret, ...describeComputer(config, loadOrCreateAgentKey(config.state)) };
  const computerId = await enrol({ door, server: config.server, journal, keys }, request);
  const roots = keys.current!.keys.filter(({ use, revokedAt }) => use === 'root' && revokedAt === null);
  const trusted = roots.map(({ publicKey }) => fingerprint(publicKey)).join(', ');
  const compare = config.rootKey ? '' : '; compare with what "npm run keys -- show" says on the server';
  return `This computer, ${config.hostname}, is now enrolled at ${config.server} as ${computerId}.\nIt trusts the root key ${trusted}${compare}.`;
}

/** @throws ConfigError when that is at another server */
function alreadyEnrolled({ computerId, server }: Enrolled, config: AgentConfig): string {
  if (server !== null && new URL(server).href !== new URL(config.server).href)
    throw new ConfigError(
      `This computer is enrolled already, at ${server} as ${computerId}. If ${config.server} is the same server under a new name, write it into the configuration file; else stop the agent and remove ${config.state}, then enrol again.`,
    );
  return `This computer is enrolled at ${config.server} already, as ${computerId}: nothing was changed there.`;
}

function keep({ path, file, given }: Settings): string {
  try {
    const changed = keepSettings(path, file, given);
    return changed ? `The settings are in ${path}.` : `${path} stays as it is.`;
  } catch (error) {
    const found = `This computer is enrolled, but its settings could not be written to ${path}: ${(error as Error).message}.`;
    throw new ConfigError(`${found} Put that right and do the same again; it needs no token.`);
  }
}
