import { parseArgs } from 'node:util';
import { loadAgentConfig } from '../config/agent-config.js';
import { ConfigError } from '../config/config-error.js';
import type { DelayRange, SimulatedStep } from './simulated-step-runner.js';
import type { FleetOptions } from './start-fleet.js';

const STEPS: readonly SimulatedStep[] = ['requirements', 'download', 'install', 'verify'];

export const SIMULATOR_HELP = `Usage: simulate --server URL --token SECRET --agents N [options]

  --server URL           address of the agent door, e.g. http://127.0.0.1:8081
  --token SECRET         enrolment token with at least N uses left; not to be read by everybody on the computer as
                         WAYBILL_AGENT_TOKEN or WAYBILL_AGENT_TOKEN_FILE
  --ca FILE              certificates (PEM) that alone are believed; also WAYBILL_AGENT_CA_FILE
  --agents N             number of simulated computers
  --fail STEP=P,…        probability of failure by step, e.g. install=0.05,download=0.02
  --delay STEP=MS..MS,…  duration by step, e.g. install=100..500
  --disconnect P         probability that an agent loses its connection within a minute
  --connect-rate N/s     connects per second (default: as fast as the broker allows)
  --seed S               same seed, same failures (1)
  --for SECONDS          end after that time (default: at Ctrl-C)
  --progress             a line per second
  --help                 this text

Steps: ${STEPS.join(', ')}.
`;

export type SimulatorFlags =
  { help: true } | { help: false; fleet: FleetOptions; seconds: number | null; progress: boolean; ca?: string };

/** @throws ConfigError with one sentence that names the wrong flag */
export function parseSimulatorFlags(args: readonly string[], env: NodeJS.ProcessEnv): SimulatorFlags {
  const values = read(args);
  if (values.help) return { help: true };
  for (const name of ['server', 'agents'] as const)
    if (!values[name]) throw new ConfigError(`--${name} is missing. See --help.`);
  // what every agent reads from the environment, by the same rules
  const { server, token, ca, allowPlaintext } = loadAgentConfig(
    [
      '--server',
      values.server!,
      ...(values.token ? ['--token', values.token] : []),
      ...(values.ca ? ['--ca', values.ca] : []),
    ],
    env,
  );
  if (!token)
    throw new ConfigError(
      'The enrolment token is missing: give WAYBILL_AGENT_TOKEN, WAYBILL_AGENT_TOKEN_FILE or --token.',
    );
  return {
    help: false,
    progress: values.progress ?? false,
    ...(ca !== undefined && { ca }),
    seconds: values.for === undefined ? null : number('for', values.for, 1, 1e9),
    fleet: {
      server,
      token,
      ...(allowPlaintext && { allowPlaintext }),
      agents: number('agents', values.agents!, 1, 100_000),
      seed: number('seed', values.seed ?? '1', 0, 2 ** 32),
      fail: perStep('fail', values.fail, (text) => number('fail', text, 0, 1)),
      delay: perStep('delay', values.delay, range),
      disconnect: values.disconnect === undefined ? 0 : number('disconnect', values.disconnect, 0, 60),
      ...(values['connect-rate'] !== undefined && {
        connectRate: number('connect-rate', values['connect-rate'].replace(/\/s$/, ''), 1, 1e6),
      }),
    },
  };
}

function read(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    server: text,
    token: text,
    ca: text,
    agents: text,
    fail: text,
    delay: text,
    disconnect: text,
    'connect-rate': text,
    seed: text,
    for: text,
    progress: flag,
    help: flag,
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigError(`${(error as Error).message} See --help.`);
  }
}

function perStep<T>(
  flag: string,
  text: string | undefined,
  value: (text: string) => T,
): Partial<Record<SimulatedStep, T>> {
  const pairs = (text ?? '').split(',').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair): [string, T] => {
      const [step, setting] = pair.split('=');
      if (!STEPS.includes(step as SimulatedStep) || !setting)
        throw new ConfigError(`--${flag}: "${pair}" is not STEP=VALUE; steps are ${STEPS.join(', ')}.`);
      return [step!, value(setting)];
    }),
  );
}

function range(text: string): DelayRange {
  const [min, max] = text.split('..');
  const from = number('delay', min!, 0, 1e9);
  return { min: from, max: max === undefined ? from : number('delay', max, from, 1e9) };
}

function number(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value) || value < min || value > max)
    throw new ConfigError(`--${flag}: "${text}" is not a number from ${min} to ${max}.`);
  return value;
}
