import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { isProtected } from '@waybill/contracts/agent';
import { z } from 'zod';
import { type BandwidthPlan, parseBandwidth } from '../downloads/bandwidth-plan.js';
import type { Proxies } from '../http/http-request.js';
import { proxiesOf } from './proxies.js';
import { type AgentFlags, parseFlags } from './agent-flags.js';
import { ConfigError } from './config-error.js';

const DEFAULT_STATE = '/var/lib/waybill-agent';
const DEFAULT_FILE = '/etc/waybill-agent/agent.json';

const bandwidth = z.string().transform((text, context) => {
  const plan = parseBandwidth(text);
  if (typeof plan !== 'string') return plan;
  context.addIssue({ code: 'custom', message: plan });
  return z.NEVER;
});

const proxy = z.url({ protocol: /^http$/, error: 'use the address of an HTTP proxy, e.g. http://proxy.example:3128' });

const attributeName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'attribute names are 1-64 letters, digits, dots, dashes or underscores');

/** The secret that lets a computer join. */
export const enrolmentToken = z.string().min(16, 'an enrolment token has at least 16 characters').max(200);

const schema = z.strictObject({
  server: z.url({
    protocol: /^https?$/,
    error: 'use the http(s) address of the agent door, e.g. http://127.0.0.1:8081',
  }),
  rootKey: z
    .string()
    .regex(
      /^sha256:[0-9a-f]{64}$/,
      'use the fingerprint that "npm run keys -- show" prints, sha256: and 64 hexadecimal digits',
    )
    .optional(),
  publishers: z.enum(['any', 'organisation'], {
    error: 'use any, or organisation for software that its own key signed',
  }),
  token: enrolmentToken.optional(),
  state: z.string().min(1),
  root: z.string().min(1),
  hostname: z.string().min(1).max(255),
  attributes: z.record(attributeName, z.string().max(500)),
  bandwidth: bandwidth.default([]),
  proxy: proxy.optional(),
  noProxy: z.string().max(4096).optional(),
  ca: z.string().min(1).optional(),
  allowPlaintext: z
    .string()
    .regex(/^(door|broker|downloads)(,(door|broker|downloads))*$/, 'name links: door, broker, downloads')
    .transform((text) => text.split(',') as AgentLink[])
    .optional(),
  sessions: z.string().min(1),
  restartCommand: z.string().startsWith('/', 'use the absolute path of a program').optional(),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
});

/** What one agent process runs with. Order of precedence: flags, `WAYBILL_AGENT_*`, the file, defaults. */
export interface AgentConfig {
  /** address of the agent door, without a trailing slash */
  server: string;
  /** secret of an enrolment token; needed until the computer is enrolled */
  token?: string;
  /** fingerprint of the root key to trust, `sha256:<hex>`; absent: the key set that the server offers at enrolment */
  rootKey?: string;
  /** whose publishing keys count: `any` of the key set, or only those that the organisation itself holds */
  publishers: 'any' | 'organisation';
  /** directory of the key, the journal and the downloads; absolute */
  state: string;
  /** tree that is managed, `/` or a directory with a system of its own (`dpkg --root`); absolute */
  root: string;
  hostname: string;
  attributes: Record<string, string>;
  /** for all downloads together */
  bandwidth: BandwidthPlan;
  /** for the agent door and the downloads; absent: none */
  proxies?: Proxies;
  /** certificates (PEM) of the authorities that this agent believes, and no other; absent: those of the system */
  ca?: string;
  /** links that may be unencrypted beyond this computer */
  allowPlaintext?: AgentLink[];
  /** directory in which every user who is logged in has one of their own, named by their id, with their message bus */
  sessions: string;
  /** program that restarts this computer, called as `shutdown` is; absent: the system's */
  restartCommand?: string;
  logLevel: string;
}

export type AgentLink = 'door' | 'broker' | 'downloads';

/**
 * Reads flags, environment and file.
 * @throws ConfigError with one sentence that names the wrong setting
 */
export function loadAgentConfig(args: readonly string[], env: NodeJS.ProcessEnv = process.env): AgentConfig {
  const flags = parseFlags(args);
  return agentConfig(flags, env, readFile(namedFile(flags, env)));
}

/**
 * What the settings come to.
 * @param file content of the configuration file
 * @throws ConfigError with one sentence that names the wrong setting
 */
export function agentConfig(flags: AgentFlags, env: NodeJS.ProcessEnv, file: Record<string, unknown>): AgentConfig {
  const raw = {
    state: DEFAULT_STATE,
    root: '/',
    hostname: hostname(),
    attributes: {},
    logLevel: 'info',
    sessions: '/run/user',
    publishers: 'any',
    ...file,
    ...givenSettings(flags, env),
  };
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new ConfigError(explain(parsed.error, raw));
  const { proxy, noProxy, ...settings } = parsed.data;
  const { server, state, root, allowPlaintext = [] } = settings;
  if (!isProtected(server) && !allowPlaintext.includes('door'))
    throw new ConfigError(
      'The setting server (WAYBILL_AGENT_SERVER) is wrong: over a network use https://, or name "door" in WAYBILL_AGENT_ALLOW_PLAINTEXT.',
    );
  const proxies = proxiesOf(proxy, noProxy, env);
  return {
    ...settings,
    ...(proxies && { proxies }),
    server: server.replace(/\/+$/, ''),
    state: resolve(state),
    root: resolve(root),
  };
}

/**
 * What flags and environment say, as the configuration file would.
 * @throws ConfigError when a file that they name cannot be read
 */
export function givenSettings(flags: AgentFlags, env: NodeJS.ProcessEnv): Record<string, unknown> {
  return { ...fromEnvironment(env), ...fromFlags(flags) };
}

/** The configuration file that flags or environment name, else the usual one. */
export function configFile(flags: Pick<AgentFlags, 'config'>, env: NodeJS.ProcessEnv): string {
  return namedFile(flags, env) ?? DEFAULT_FILE;
}

function namedFile(flags: Pick<AgentFlags, 'config'>, env: NodeJS.ProcessEnv): string | undefined {
  return flags.config ?? (env['WAYBILL_AGENT_CONFIG'] || undefined);
}

/**
 * Where the agent of this computer keeps its state, for those who only ask it: they need know nothing else, and may not be able to read its configuration.
 * @throws ConfigError when a file that they name cannot be read
 */
export function stateDirectory(flags: Pick<AgentFlags, 'state' | 'config'>, env: NodeJS.ProcessEnv): string {
  const named = flags.state ?? (env['WAYBILL_AGENT_STATE'] || undefined);
  if (named !== undefined) return resolve(named);
  const path = namedFile(flags, env);
  const { state } = path === undefined ? readable() : readFile(path);
  return resolve(typeof state === 'string' && state !== '' ? state : DEFAULT_STATE);
}

function readable(): Record<string, unknown> {
  try {
    return readFile(undefined);
  } catch {
    return {};
  }
}

function fromFlags(flags: AgentFlags): Record<string, unknown> {
  return defined({
    server: flags.server,
    token: flags.token ?? (flags['token-file'] && readText(flags['token-file'], '--token-file').trim()),
    ca: flags.ca && readText(flags.ca, '--ca'),
    rootKey: flags['root-key'],
    state: flags.state,
    root: flags.root,
  });
}

function fromEnvironment(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const of = (name: string) => env[`WAYBILL_AGENT_${name}`] || undefined;
  const tokenFile = of('TOKEN_FILE');
  const caFile = of('CA_FILE');
  const attributes = of('ATTRIBUTES');
  return defined({
    server: of('SERVER'),
    token: of('TOKEN') ?? (tokenFile && readText(tokenFile, 'WAYBILL_AGENT_TOKEN_FILE').trim()),
    rootKey: of('ROOT_KEY'),
    publishers: of('PUBLISHERS'),
    state: of('STATE'),
    root: of('ROOT'),
    hostname: of('HOSTNAME'),
    attributes: attributes && parseAttributes(attributes),
    bandwidth: of('BANDWIDTH'),
    proxy: of('PROXY'),
    noProxy: of('NO_PROXY'),
    ca: caFile && readText(caFile, 'WAYBILL_AGENT_CA_FILE'),
    allowPlaintext: of('ALLOW_PLAINTEXT'),
    sessions: of('SESSIONS'),
    restartCommand: of('RESTART_COMMAND'),
    logLevel: of('LOG_LEVEL'),
  });
}

function parseAttributes(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1)
        throw new ConfigError(
          `WAYBILL_AGENT_ATTRIBUTES: "${pair}" is not name=value; write e.g. department=accounting,site=osaka.`,
        );
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}

/**
 * @param path undefined: the usual file, which may be missing
 * @throws ConfigError when it cannot be read, or is no JSON object
 */
export function readFile(path: string | undefined): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path ?? DEFAULT_FILE, 'utf8');
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigError(
      `The configuration file ${path ?? DEFAULT_FILE} cannot be read: ${(error as Error).message}.`,
    );
  }
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new ConfigError(`The configuration file ${path ?? DEFAULT_FILE} is not a JSON object.`);
  }
}

/** @throws ConfigError that names the setting */
export function readText(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${setting}: ${(error as Error).message}.`);
  }
}

function explain(error: z.ZodError, raw: Record<string, unknown>): string {
  const issue = error.issues[0]!;
  if (issue.code === 'unrecognized_keys') return `The configuration file has an unknown setting "${issue.keys[0]}".`;
  const name = String(issue.path[0]);
  const variable = `WAYBILL_AGENT_${name.replace(/[A-Z]/g, (letter) => '_' + letter).toUpperCase()}`;
  if (raw[name] === undefined) return `The setting ${name} is missing: give --${name} or ${variable}.`;
  return `The setting ${name} (${variable}) is wrong: ${issue.message}.`;
}

function defined(settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined && value !== ''));
}
