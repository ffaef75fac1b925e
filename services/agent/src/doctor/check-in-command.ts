import { DURATION_PATTERN, durationMs } from '@waybill/contracts/agent';
import { loadAgentConfig } from '../config/agent-config.js';
import { parseFlags } from '../config/agent-flags.js';
import { believe } from '../config/believe.js';
import { ConfigError } from '../config/config-error.js';
import { journalIn } from '../root/state-layout.js';
import { checksOf } from './doctor.js';
import { doctorWords } from './doctor-words.js';
import { runChecks } from './run-checks.js';
import { readStoredState } from './stored-state.js';

export const CHECK_IN_HELP = `Usage: waybill-agent check-in [--for PT2M] [the settings of the agent: --config …]

Whether this program could take over from the agent of this computer: it reads the same configuration and the same journal, and reports in at the server
and at its broker with the computer's key. It changes nothing. Packages ask it of a new version before they leave it in its place (ADR 24).
  --for PT2M   how long it is tried
Exit code: 0 it could, or this computer has not joined yet; 75 it could not, and the rest of this text says why.
`;

const PATIENCE = 'PT2M';
const PAUSE_MS = 5_000;
/** `EX_TEMPFAIL` of sysexits.h */
const NOT_NOW = 75;
const NEEDED = ['configuration', 'enrolment', 'broker', 'journal'];

/**
 * Tries to report in as the agent would.
 * @returns the exit code: 0 it can, 75 it cannot
 * @throws ConfigError for a setting that this version does not take
 */
export async function runCheckIn(
  args: readonly string[],
  print: { out(text: string): void; err(text: string): void },
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const { patienceMs, settings } = patienceOf(args);
  if (parseFlags(settings).help) return (print.out(CHECK_IN_HELP), 0);
  const config = loadAgentConfig(settings, env);
  believe(config.ca);
  const stored = readStoredState(journalIn(config.state));
  if (stored.kind === 'missing' || (stored.kind === 'readable' && stored.computerId === null)) {
    print.out('This computer has not joined: there is nobody to report in as.\n');
    return 0;
  }
  const until = performance.now() + patienceMs;
  for (;;) {
    // What it asks is asked anew each time.
    const checks = checksOf(config).filter(({ name }) => NEEDED.includes(name));
    const results = await runChecks(checks);
    const open = results.filter(({ verdict }) => verdict !== 'ok');
    if (open.length === 0) return 0;
    if (performance.now() + PAUSE_MS > until) {
      print.err(`waybill-agent: this version does not report in.\n${doctorWords(open)}`);
      return NOT_NOW;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function patienceOf(args: readonly string[]): { patienceMs: number; settings: string[] } {
  const at = args.indexOf('--for');
  const text = at < 0 ? PATIENCE : (args[at + 1] ?? '');
  if (!DURATION_PATTERN.test(text)) throw new ConfigError(`--for ${text}: use an ISO 8601 duration, e.g. ${PATIENCE}.`);
  const settings = at < 0 ? [...args] : [...args.slice(0, at), ...args.slice(at + 2)];
  return { patienceMs: durationMs(text), settings };
}
