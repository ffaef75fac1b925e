import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { enrolmentToken, readText } from '../config/agent-config.js';
import type { AgentFlags } from '../config/agent-flags.js';
import { ConfigError } from '../config/config-error.js';

/**
 * The enrolment token: `--token-file` (`-`: standard input), WAYBILL_AGENT_TOKEN, WAYBILL_AGENT_TOKEN_FILE, in this order.
 * @throws ConfigError that says where it came from and what is wrong; never with the token in it
 */
export async function readToken(flags: AgentFlags, env: NodeJS.ProcessEnv, input: Readable): Promise<string> {
  const { value, from } = await found(flags, env, input);
  const parsed = enrolmentToken.safeParse(value.trim());
  if (parsed.success) return parsed.data;
  const why = value.trim() === '' ? 'it is empty' : parsed.error.issues[0]!.message;
  throw new ConfigError(`The enrolment token from ${from} is wrong: ${why}.`);
}

async function found(
  flags: AgentFlags,
  env: NodeJS.ProcessEnv,
  input: Readable,
): Promise<{ value: string; from: string }> {
  const named = flags['token-file'];
  if (named === '-') return { value: await text(input), from: 'standard input' };
  if (named !== undefined) return { value: readText(named, '--token-file'), from: named };
  if (env['WAYBILL_AGENT_TOKEN']) return { value: env['WAYBILL_AGENT_TOKEN'], from: 'WAYBILL_AGENT_TOKEN' };
  const file = env['WAYBILL_AGENT_TOKEN_FILE'];
  if (file) return { value: readText(file, 'WAYBILL_AGENT_TOKEN_FILE'), from: file };
  throw new ConfigError(
    'The enrolment token is missing: give --token-file FILE (- for standard input), WAYBILL_AGENT_TOKEN_FILE or WAYBILL_AGENT_TOKEN.',
  );
}
