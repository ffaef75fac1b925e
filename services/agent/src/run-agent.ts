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
  // Another version of the agent, installed by this one, takes over as soon as nothing is being installed.
  const onReplaced = () => void end('update');
  const starting = startAgent(config, log, stop.signal, manager.restarts ? onReplaced : undefined);
  let ending = false;
  const end = async (signal: NodeJS.Signals | 'update'): Promise<void> => {
    if (ending) return;
    ending = true;
    log.info({ signal }, 'stopping');
    // Of an end that nobody asked for, systemd makes a new start.
    if (signal !== 'update') manager.stopping();
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
