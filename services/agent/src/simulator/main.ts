import { setTimeout as delay } from 'node:timers/promises';
import { believe } from '../config/believe.js';
import { ConfigError } from '../config/config-error.js';
import { WaybillError } from '@waybill/contracts/agent';
import { FleetTally } from './fleet-tally.js';
import { parseSimulatorFlags, SIMULATOR_HELP } from './simulator-flags.js';
import { startFleet } from './start-fleet.js';

async function main(args: readonly string[]): Promise<void> {
  const flags = parseSimulatorFlags(args, process.env);
  if (flags.help) return void process.stdout.write(SIMULATOR_HELP);
  believe(flags.ca);
  const tally = new FleetTally(flags.fleet.agents);
  const fleet = startFleet({ ...flags.fleet, ...tally.listeners });
  const ended = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ended.abort());
  const ticker = flags.progress ? setInterval(() => console.log(tally.line(fleet.agents)), 1000) : undefined;
  fleet.subscribed.then(
    () => console.log(`${flags.fleet.agents} agents are subscribed after ${tally.seconds()} s`),
    (error: unknown) => {
      console.error(`simulate: ${error instanceof WaybillError ? error.detail : String(error)}`);
      process.exitCode = 1;
      ended.abort();
    },
  );
  await delay(flags.seconds === null ? 2 ** 31 - 1 : flags.seconds * 1000, undefined, { signal: ended.signal }).catch(
    () => {},
  );
  clearInterval(ticker);
  await fleet.stop();
  console.log(tally.summary());
  process.exit();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`simulate: ${error instanceof ConfigError ? error.message : String((error as Error).stack ?? error)}`);
  process.exit(1);
});
