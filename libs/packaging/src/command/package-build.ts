import { manifestDigest } from '@waybill/trust';
import { buildPackage } from '../build/build-package.js';
import { byteSize } from '../text/byte-size.js';
import { type Command, onePath } from './command.js';
import { refusing } from './refusing.js';

const help = `Usage: waybill package build DIR [--output OUT]

Checks the package in DIR like waybill package lint, fills in SHA-256 and size of every file, and writes what is to be
published to OUT: waybill.json, byte by byte as it is signed, and the files. The same files always give the same bytes.
What an earlier build wrote to OUT is replaced; anything else that is there is refused.

  --output OUT   default DIR/build
  --help         this text

Exit code: 0 built, 1 refused or failed (nothing has changed), 2 wrong usage.`;

export const packageBuild: Command = {
  name: 'package build',
  summary: 'checks a package and writes what is to be published, with digests',
  help,
  async run(args, output) {
    const hint = 'Name one directory, e.g. waybill package build ./acme-ledger';
    const { path, value } = onePath(args, { values: ['output'] }, hint);
    return refusing('Nothing was built.', output, async (tell) => {
      const { manifest, scheme, artifacts, file, warnings, output: to } = await buildPackage(path, value('output'));
      tell(file, warnings);
      for (const [name, { sha256, size }] of artifacts) output.out(`${name}: ${byteSize(size)}, sha256 ${sha256}`);
      output.out(`${manifest.package} ${manifest.version} (versions are compared as ${scheme}) is built in ${to}`);
      output.out(`manifest ${manifestDigest(manifest)}; publish it with waybill package publish ${to}`);
      return 0;
    });
  },
};
