import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { completePackage } from '../build/complete-package.js';
import { measureFile } from '../build/measured-file.js';
import { publishPackage } from '../publish/publish-package.js';
import { ApiProblem, PublishError } from '../publish/publish-error.js';
import { RestApi } from '../publish/rest-api.js';
import { AccessError, serverAccess } from '../publish/server-access.js';
import { byteSize } from '../text/byte-size.js';
import { type Command, onePath, type Output, UsageError } from './command.js';
import { refusing } from './refusing.js';

const help = `Usage: waybill package publish DIR --server URL [--signature FILE]

Checks the package in DIR like waybill package build, registers it and its version, uploads the files straight into the
server's object storage, in parts, and publishes. DIR may be what was built, too. Publishing again is safe: what is there
already is left, what was cut goes on, and a version that is published with the same content is left as it is.

  --server URL       e.g. https://waybill.example; or WAYBILL_SERVER
  --signature FILE   of a publishing key over waybill.json as it is built; without it the server signs
  --help             this text

The API token (permissions packages.read, packages.write, packages.publish) is taken from WAYBILL_API_TOKEN, or from the
file that WAYBILL_API_TOKEN_FILE names; never from the command line, which everybody on the computer can read. Over a
network the server must be https://, unless WAYBILL_ALLOW_PLAINTEXT names http. NODE_EXTRA_CA_CERTS names certificate
authorities of your own; NODE_USE_ENV_PROXY=1 makes HTTPS_PROXY and NO_PROXY count.

Exit code: 0 published, 1 refused or failed, 2 wrong usage.`;

const TRIES = 6;

export const packagePublish: Command = {
  name: 'package publish',
  summary: 'uploads a package to a server and publishes it',
  help,
  async run(args, output) {
    if (args.some((arg) => /^--?token\b/.test(arg))) {
      throw new UsageError(
        'A token on the command line is read by everybody on the computer: use WAYBILL_API_TOKEN_FILE.',
      );
    }
    const hint = 'Name one directory, e.g. waybill package publish ./acme-ledger --server https://waybill.example';
    const { path, value } = onePath(args, { values: ['server', 'signature'] }, hint);
    const access = accessOrUsage(value('server'));
    const signature = await signatureIn(value('signature'));
    const tell = (line: string) => output.out(line);
    const wait = (ms: number, why: string) => {
      tell(`${why}; trying again`);
      return delay(ms);
    };
    const patience = { tries: TRIES, wait };
    return refusing('Nothing was published.', output, async (tellFindings) => {
      const complete = await completePackage(path, (file) => measureFile(file));
      tellFindings(complete.file, complete.warnings);
      const sizes = [...complete.artifacts.values()].reduce((sum, { size }) => sum + size, 0);
      const { package: name, version } = complete.manifest;
      tell(`${name} ${version}: ${complete.artifacts.size} files, ${byteSize(sizes)}, to ${access.server}`);
      try {
        const api = new RestApi(access, patience);
        const { manifestDigest } = await publishPackage(complete, {
          api,
          patience,
          tell,
          ...(signature && { signature }),
        });
        tell(`${name} ${version} is published, manifest ${manifestDigest}`);
        return 0;
      } catch (error) {
        if (!(error instanceof PublishError)) throw error;
        return refused(error, output);
      }
    });
  },
};

function refused(error: PublishError, output: Output): number {
  output.err(error.message);
  if (error instanceof ApiProblem) {
    for (const { pointer, message } of error.errors) output.err(`  ${pointer}: ${message}`);
  }
  return 1;
}

function accessOrUsage(server: string | undefined) {
  try {
    return serverAccess(server, process.env);
  } catch (error) {
    throw error instanceof AccessError ? new UsageError(error.message) : error;
  }
}

async function signatureIn(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new UsageError(`--signature: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
