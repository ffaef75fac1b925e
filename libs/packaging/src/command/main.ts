import { runWaybill } from './run-waybill.js';

process.exitCode = await runWaybill(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
});
