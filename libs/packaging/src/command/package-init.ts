import { initPackage } from '../init/init-package.js';
import { NoPackageError } from '../lint/lint-directory.js';
import { AccessError, serverAddress } from '../publish/server-access.js';
import { type Command, onePath, UsageError } from './command.js';

const help = `Usage: waybill package init DIR|FILE [--server URL] [--force]

Writes a first waybill.yaml beside a package file: name, version, architecture, title, publisher and detection as far as
the file tells them. FILE is a .deb (read by dpkg-deb), .rpm, .tar, .tar.gz, .tgz, .tar.zst or .zip; DIR holds exactly one.
Everything in it is a guess: read it, then run waybill package lint DIR.

  --server URL   editors check the manifest by the JSON Schema of this server; or WAYBILL_SERVER
  --force        replaces a waybill.yaml that is there
  --help         this text

Exit code: 0 written, 1 nothing written, 2 wrong usage.`;

const HINT = 'Name one package file or its directory, e.g. waybill package init ./acme-ledger_2.4.0_amd64.deb';

export const packageInit: Command = {
  name: 'package init',
  summary: 'writes a first waybill.yaml for a .deb, .rpm, tar or zip',
  help,
  async run(args, output) {
    const { path, on, value } = onePath(args, { on: ['force'], values: ['server'] }, HINT);
    const server = serverOf(value('server') ?? process.env['WAYBILL_SERVER']);
    try {
      const { manifest, schema } = await initPackage(path, { force: on('force'), ...(server && { server }) });
      output.out(`${manifest} is written; read it and check it with waybill package lint`);
      if (!schema) output.out('With --server URL it names the JSON Schema of your server, by which editors check it.');
      return 0;
    } catch (error) {
      if (!(error instanceof NoPackageError)) throw error;
      output.err(error.message);
      return 1;
    }
  },
};

function serverOf(address: string | undefined): string | undefined {
  if (!address) return undefined;
  try {
    return serverAddress(address);
  } catch (error) {
    throw error instanceof AccessError ? new UsageError(error.message) : error;
  }
}
