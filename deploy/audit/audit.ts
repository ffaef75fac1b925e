/** `npm run audit -- verify`: whether the audit logs are as they were written. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ChainHead } from '@waybill/audit/schema';
import { describeFailure, StackFailure } from '../local/stack-failure.ts';
import { auditDatabaseUrl } from './audit-database.ts';
import { sentenceOf, verifyAll } from './verify.ts';

const HELP = `npm run audit -- verify [--json] [--since FILE]

Walks the audit log of every service from its beginning and names the first entry that was changed, removed, inserted or moved.
Exit code 0: all are as they were written; 1: one is not; 2: they could not be read.

  --json         a report for programs, e.g. to be kept elsewhere: npm run --silent audit -- verify --json >audit-heads.json
  --since FILE   such a report from before; shows also that a log was cut off or written anew as a whole

  WAYBILL_AUDIT_DATABASE_URL (or _FILE)   postgres://account:password@host:port/database; the account must be able to read the
                                          schemas <service>_audit. Default: the database of npm start, which must be running.
`;

const BROKEN = 1;
const UNREADABLE = 2;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = UNREADABLE;
}

async function main(args: string[]): Promise<number> {
  const { command, json, since } = read(args);
  if (command === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const logs = await verifyAll(await auditDatabaseUrl(process.env), since);
  const sound = logs.every(({ broken }) => broken === null);
  process.stdout.write(json ? `${JSON.stringify({ sound, logs }, null, 2)}\n` : `${logs.map(sentenceOf).join('\n')}\n`);
  return sound ? 0 : BROKEN;
}

function read(args: string[]): { command: 'verify' | 'help'; json: boolean; since: ChainHead[] } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: 'boolean' }, since: { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.help) return { command: 'help', json: false, since: [] };
    if (positionals.length !== 1 || positionals[0] !== 'verify') throw new Error('say what to do');
    return { command: 'verify', json: values.json ?? false, since: values.since ? headsIn(values.since) : [] };
  } catch (cause) {
    throw new StackFailure(`${(cause as Error).message}; usage: npm run audit -- verify [--json] [--since FILE]`, {
      cause,
    });
  }
}

/** @throws when the file is not a report of `verify --json` */
function headsIn(file: string): ChainHead[] {
  const { logs } = JSON.parse(readFileSync(file, 'utf8')) as { logs?: { head: ChainHead }[] };
  if (!Array.isArray(logs)) throw new Error(`${file} is not a report of "verify --json"`);
  return logs.map(({ head }) => head);
}
