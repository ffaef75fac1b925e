import { loadAgentConfig, stateDirectory } from '../config/agent-config.js';
import { parseFlags } from '../config/agent-flags.js';
import { believe } from '../config/believe.js';
import { ConfigError } from '../config/config-error.js';
import type { Check } from './check.js';
import { checksOf, checksWithoutConfig } from './doctor.js';
import { doctorWords } from './doctor-words.js';
import { runChecks } from './run-checks.js';

export const DOCTOR_HELP = `Usage: waybill-agent doctor [--json] [the settings of the agent: --server, --state, --config …]

Checks, and says what to do: configuration, name, server, tls, clock, enrolment, broker, objectStore, disk, permissions,
journal, agent. It changes nothing. Run it as the user that runs the agent (root). Exit code: 0 all is well, 1 something is not.
`;

/**
 * @returns the exit code: 0 when no check failed, 1 otherwise
 * @throws ConfigError for an unknown flag
 */
export async function runDoctor(
  args: readonly string[],
  print: { out(text: string): void },
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const settings = args.filter((arg) => arg !== '--json');
  if (parseFlags(settings).help) return (print.out(DOCTOR_HELP), 0);
  const results = await runChecks(checksFor(settings, env));
  const well = results.every(({ verdict }) => verdict !== 'failed');
  print.out(args.includes('--json') ? `${JSON.stringify({ ok: well, checks: results })}\n` : doctorWords(results));
  return well ? 0 : 1;
}

function checksFor(settings: readonly string[], env: NodeJS.ProcessEnv): Check[] {
  try {
    const config = loadAgentConfig(settings, env);
    believe(config.ca);
    return checksOf(config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return checksWithoutConfig(error.message, stateOf(settings, env));
  }
}

/** The file that names it may be what is wrong. */
function stateOf(settings: readonly string[], env: NodeJS.ProcessEnv): string {
  const flags = parseFlags(settings);
  try {
    return stateDirectory(flags, env);
  } catch {
    return stateDirectory({ state: flags.state }, { WAYBILL_AGENT_STATE: env['WAYBILL_AGENT_STATE'] });
  }
}
