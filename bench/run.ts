/** `npm run bench [-- name …]`: each figure with the floor measured in the same run, as a table and as JSON. */
import { join } from 'node:path';
import { startBenchStack } from './bench-stack.ts';
import { type Figure, table, writeJson } from './measure.ts';
import { agent } from './agent.ts';
import { dispatch } from './dispatch.ts';
import { dryRun } from './dry-run.ts';
import { follow } from './follow.ts';
import { ingest } from './ingest.ts';
import { lost } from './lost.ts';
import { read } from './read.ts';
import { start } from './start.ts';
import { timers } from './timers.ts';
import { wave } from './wave.ts';
import { roundTrip } from './round-trip.ts';
import { tokens } from './tokens.ts';
import { upload } from './upload.ts';

/** `lost` comes last: what it kills needs a while until it is as fast as before. */
const BENCHMARKS = {
  agent,
  dispatch,
  ingest,
  'round-trip': roundTrip,
  read,
  upload,
  tokens,
  follow,
  'dry-run': dryRun,
  wave,
  start,
  timers,
  lost,
};
type Name = keyof typeof BENCHMARKS;

const RESULTS = join(import.meta.dirname, '../.local/bench/latest.json');
const names = process.argv.slice(2).filter((argument) => argument !== '--');
if (names.includes('--help')) {
  console.log(
    `npm run bench [-- ${Object.keys(BENCHMARKS).join(' ')}]\nWrites a table here and JSON to ${RESULTS}. Targets that are missed do not fail the run.`,
  );
  process.exit(0);
}
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; choose from ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(1);
}

const stack = await startBenchStack();
const stop = async (code: number): Promise<never> => {
  await stack.stop();
  process.exit(code);
};
process.once('SIGINT', () => void stop(130));
process.once('SIGTERM', () => void stop(143));

const figures: Figure[] = [];
let failed = false;
for (const name of (names.length > 0 ? names : Object.keys(BENCHMARKS)) as Name[]) {
  console.log(`\n▸ ${name}`);
  try {
    const measured = await BENCHMARKS[name](stack);
    figures.push(...measured);
    console.log(table(measured));
  } catch (error) {
    failed = true;
    console.error(`${name} could not be measured:`, error);
  }
}
console.log(`\n${table(figures)}`);
writeJson(RESULTS, figures);
console.log(`\nJSON: ${RESULTS}`);
await stop(failed ? 1 : 0);
