import { pino } from 'pino';
import { startAgent } from './agent.js';
import { loadAgentConfig } from './config/agent-config.js';
import { believe } from './config/believe.js';
import { serviceManager } from './service/service-manager.js';
import { AGENT_HELP, parseFlags } from './config/agent-flags.js';

/** How long a running installer may still take after SIGTERM; what is left then is judged at the next start. */
const GRACE_MS = 20_000;

/** The process: reads its settings, runs one agent, ends in good order at SIGTERM. */
export async function runAgent(args: readonly string[]): Promise<void> {
  if (parseFlags(args).help) return void process.stdout.write(AGENT_HELP);
  const config = loadAgentConfig(args);
  believe(config.ca);
  const log = pino({
    level: config.logLevel,
    base: { agent: config.hostname },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
  const manager = serviceManager(process.env, log);
  const stop = new AbortController();
  const starting = startAgent(config, log, stop.signal);
  const end = async (signal: string): Promise<never> => {
    log.info({ signal }, 'stopping');
    manager.stopping();
    stop.abort();
    const agent = await starting.catch(() => null);
    await agent?.stop(GRACE_MS);
    log.info({}, 'stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(signal));
  await starting.catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  if (!stop.signal.aborted) manager.ready();
}
