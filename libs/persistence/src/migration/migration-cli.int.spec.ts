import { testDatabase } from '@waybill/testing';
import type { DatabaseSettings } from '../module/data-source-options.js';
import { runMigrationCli } from './migration-cli.js';

const OPTIONS = { schema: 'cli', entities: [], migrations: [] };

/** What the command writes, and the exit code it leaves. */
async function runCli(settings: () => DatabaseSettings) {
  const out = process.stdout.write.bind(process.stdout);
  const err = process.stderr.write.bind(process.stderr);
  const written = { out: '', err: '' };
  process.stdout.write = (text: string) => ((written.out += text), true);
  process.stderr.write = (text: string) => ((written.err += text), true);
  try {
    await runMigrationCli(OPTIONS, settings);
    return { ...written, exitCode: process.exitCode };
  } finally {
    process.stdout.write = out;
    process.stderr.write = err;
    process.exitCode = undefined;
  }
}

describe('runMigrationCli', () => {
  it('says that there was nothing to do', async () => {
    const database = await testDatabase({ schema: 'bare', version: 'empty', migrate: () => Promise.resolve() });
    try {
      expect(await runCli(() => ({ url: database.url }))).toEqual({
        out: 'cli: up to date\n',
        err: '',
        exitCode: undefined,
      });
    } finally {
      await database.drop();
    }
  });

  it.each([
    [
      'an address where nobody listens',
      () => ({ url: 'postgres://u:p@localhost:1/d' }),
      /^cli: cannot migrate: .*ECONNREFUSED/,
    ],
    [
      'a wrong configuration',
      () => {
        throw new Error('WAYBILL_DATABASE_URL is missing');
      },
      /^cli: cannot migrate: WAYBILL_DATABASE_URL is missing\n$/,
    ],
  ])('fails for %s with one sentence and exit code 1', async (_what, settings, sentence) => {
    const { err, exitCode } = await runCli(settings);
    expect(exitCode).toBe(1);
    expect(err).toMatch(sentence);
    expect(err.trimEnd()).not.toContain('\n');
  });
});
