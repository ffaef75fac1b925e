import { parseArgs } from 'node:util';
import { initPackage } from '../init/init-package.js';
import { NoPackageError } from '../lint/lint-directory.js';
import { type Command, UsageError } from './command.js';

const help = `Usage: waybill package init DIR|FILE [--force]

Writes a first waybill.yaml beside a package file: name, version, architecture, title, publisher and detection as far as
the file tells them. FILE is a .deb (read by dpkg-deb), .tar, .tar.gz, .tgz, .tar.zst or .zip; DIR holds exactly one.
Everything in it is a guess: read it, then run waybill package lint DIR.

  --force   replaces a waybill.yaml that is there
  --help    this text

Exit code: 0 written, 1 nothing written, 2 wrong usage.`;

export const packageInit: Command = {
  name: 'package init',
  summary: 'writes a first waybill.yaml for a .deb, tar or zip',
  help,
  async run(args, output) {
    const { path, force } = parse(args);
    try {
      output.out(`${await initPackage(path, force)} is written; read it and check it with waybill package lint`);
      return 0;
    } catch (error) {
      if (!(error instanceof NoPackageError)) throw error;
      output.err(error.message);
      return 1;
    }
  },
};

function parse(args: string[]): { path: string; force: boolean } {
  try {
    const options = { force: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    if (positionals.length === 1) return { path: positionals[0]!, force: values.force ?? false };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  throw new UsageError(
    'Name one package file or its directory, e.g. waybill package init ./acme-ledger_2.4.0_amd64.deb',
  );
}
