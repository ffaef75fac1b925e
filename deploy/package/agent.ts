/** `npm run package:agent`: what is installed on computers. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AGENT_VERSION } from '@waybill/agent';
import { repositoryRoot } from '../local/local-paths.ts';
import { buildExecutable } from './build-executable.ts';
import { buildPackages } from './build-packages.ts';
import { writeManifest } from './write-manifest.ts';

const HELP = `npm run package:agent [-- --out DIR] [--version VERSION]    the agent for this system and processor: one executable, a .deb and a .rpm, and waybill.yaml
to distribute them

  --out DIR            where it is put (build/agent)
  --version VERSION    that it names (${AGENT_VERSION})
`;

const PROVIDERS: Record<string, string> = { 'dpkg-deb': 'dpkg', rpmbuild: 'rpm' };

/** As Debian, RPM and semver all understand it. */
const VERSION = /^\d+(\.\d+){1,3}$/;

const { values } = parseArgs({
  options: { out: { type: 'string' }, version: { type: 'string' }, help: { type: 'boolean' } },
});
if (values.help) process.stdout.write(HELP);
else await make(resolve(values.out ?? join(repositoryRoot, 'build/agent')), values.version ?? AGENT_VERSION);

async function make(directory: string, version: string): Promise<void> {
  if (!VERSION.test(version)) return fail(`--version ${version}: use two to four numbers with dots, e.g. 1.4.0.`);
  if (process.platform !== 'linux')
    return fail('Packages are made on Linux: signatures of other systems are not known here.');
  // of whoever makes the package: directories of computers are not made by it
  process.umask(0o022);
  mkdirSync(directory, { recursive: true });
  const executable = join(directory, 'waybill-agent');
  await buildExecutable(executable, version);
  const { packages, missing } = buildPackages(executable, version);
  const manifest = packages.length > 0 ? [writeManifest(executable, packages, version)] : [];
  for (const path of [executable, ...packages, ...manifest]) process.stdout.write(`${path}\n`);
  for (const { kind, program } of missing)
    process.stderr.write(
      `No .${kind} was made: ${program} is not here; install the Debian package ${PROVIDERS[program]}.\n`,
    );
}

function fail(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
