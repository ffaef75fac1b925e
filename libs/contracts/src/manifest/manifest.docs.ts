/** What editors show for one field of a manifest. */
export interface FieldDocs {
  description: string;
  /** values that are allowed */
  examples: unknown[];
}

const doc = (description: string, ...examples: unknown[]): FieldDocs => ({ description, examples });

const SCRIPT_TIMEOUT = doc('Time after which the script is stopped, ISO 8601; default PT30S.', 'PT30S');

/**
 * Every field of a manifest in words and by example, by its path; `[]` is an item of a list, `<type>` a kind of installer. A field without
 * words, and words without a field, fail a spec.
 */
export const MANIFEST_DOCS: Record<string, FieldDocs> = {
  package: doc('Name of the package: lower-case letters, digits, dot, dash, underscore.', 'acme-ledger'),
  version: doc('Version of the software. Put it in quotes, YAML reads 2.10 as the number 2.1.', '2.4.0', '1:2.4.0-1'),
  versionScheme: doc(
    'How versions are compared: semver.org, deb-version(7), rpm-version(7) or dotted numbers. Left out, it is guessed from the version and the installers, and stated in the answer.',
    'semver',
  ),
  title: doc('What people read in lists; default the name of the package.', 'Acme Ledger'),
  publisher: doc('Who makes the software.', 'Acme'),
  description: doc('What the software is for, in a few sentences.', 'Bookkeeping client'),
  category: doc('Category of the package; rights of administrators may be limited to categories.', 'finance'),
  variants: doc('One for each kind of computer; the first whose platform matches a computer is used.', [
    { platform: { os: 'linux' }, artifacts: [{ file: 'ledger.deb' }], installer: { type: 'deb' } },
  ]),
  'variants[].platform': doc('Computers that the variant is for; everything that is said must match.', {
    os: 'linux',
    arch: ['amd64'],
    distribution: ['debian', 'ubuntu'],
  }),
  'variants[].platform.os': doc('Operating system.', 'linux'),
  'variants[].platform.arch': doc('Architectures, one of them must match; left out or any: all.', ['amd64', 'arm64']),
  'variants[].platform.distribution': doc('ID of /etc/os-release, one of them must match; left out: all.', ['debian']),
  'variants[].artifacts': doc(
    'Files of the variant. An archive is unpacked from the first; scripts and hooks find the others beside them.',
    [{ file: 'ledger.deb' }, { file: 'check.sh' }],
  ),
  'variants[].artifacts[].file': doc('Plain name of the file, which lies beside the manifest.', 'ledger_2.4.0.deb'),
  'variants[].artifacts[].sha256': doc(
    'SHA-256 in hexadecimal digits. Filled in by package build and by the server; what is written is checked.',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ),
  'variants[].artifacts[].size': doc('Size in bytes. Filled in like sha256, and checked like it.', 1048576),
  'variants[].installer': doc('How the files get onto the computer.', { type: 'deb' }),
  'variants[].installer<deb>': doc('Debian packages, by dpkg: every artifact that ends with .deb.', { type: 'deb' }),
  'variants[].installer<deb>.type': doc('Debian packages.', 'deb'),
  'variants[].installer<rpm>': doc('RPM packages, by rpm: every artifact that ends with .rpm.', { type: 'rpm' }),
  'variants[].installer<rpm>.type': doc('RPM packages.', 'rpm'),
  'variants[].installer<archive>': doc(
    'Unpacks the first artifact (.tar, .tar.gz, .tgz, .tar.zst, .zip) into a directory, which is replaced as a whole; the old tree comes back when the new one is not proved.',
    { type: 'archive', directory: '/opt/acme', stripComponents: 1 },
  ),
  'variants[].installer<archive>.type': doc('An archive.', 'archive'),
  'variants[].installer<archive>.directory': doc('Where it is unpacked; belongs to the package alone.', '/opt/acme'),
  'variants[].installer<archive>.stripComponents': doc('Leading directories to leave out of each name; default 0.', 1),
  'variants[].installer<files>': doc('Puts single files into their places; the old ones come back on failure.', {
    type: 'files',
    files: [{ file: 'acme.conf', path: '/etc/acme.conf' }],
  }),
  'variants[].installer<files>.type': doc('Single files.', 'files'),
  'variants[].installer<files>.files': doc('Which artifact goes where.', [{ file: 'a.conf', path: '/etc/a.conf' }]),
  'variants[].installer<files>.files[].file': doc('Name of an artifact of the variant.', 'acme.conf'),
  'variants[].installer<files>.files[].path': doc('Where it goes, absolute and without "..".', '/etc/acme/acme.conf'),
  'variants[].installer<files>.files[].mode': doc('Permissions in octal digits, in quotes; default 0644.', '0640'),
  'variants[].installer<files>.files[].owner': doc(
    'Name or number; left out, that of the old file, else root.',
    'root',
  ),
  'variants[].installer<files>.files[].group': doc('Name or number; left out, that of the old file, else root.', 'adm'),
  'variants[].installer<script>': doc('Runs a program of the package, without a shell.', {
    type: 'script',
    file: 'install.sh',
  }),
  'variants[].installer<script>.type': doc('A program of the package.', 'script'),
  'variants[].installer<script>.file': doc(
    'Name of an artifact of the variant; begins with #! or is a binary.',
    'run.sh',
  ),
  'variants[].installer<script>.args': doc('Arguments, passed on as they are.', ['--quiet']),
  'variants[].requirements': doc('All must be met, before anything is downloaded and again before the install.', [
    { memory: { total: '2GiB' } },
  ]),
  'variants[].requirements[].disk': doc('Free space on a file system.', { path: '/opt', free: '500MiB' }),
  'variants[].requirements[].disk.path': doc('A path on the file system.', '/opt'),
  'variants[].requirements[].disk.free': doc(
    'At least so much: a whole number with B, KiB, MiB, GiB or TiB.',
    '500MiB',
  ),
  'variants[].requirements[].memory': doc('Memory of the computer.', { total: '2GiB' }),
  'variants[].requirements[].memory.total': doc('At least so much, used or not.', '2GiB'),
  'variants[].requirements[].software': doc('Other software that must be there, or must not.', {
    name: 'openssl',
    version: '>=3 <4',
  }),
  'variants[].requirements[].software.name': doc('Its name as dpkg, rpm or Waybill knows it.', 'openssl'),
  'variants[].requirements[].software.version': doc(
    'All of these must hold; a bare version means exactly that one.',
    '>=3 <4',
  ),
  'variants[].requirements[].software.absent': doc('true: it must not be there.', true),
  'variants[].requirements[].script': doc('A program of the package; exit code 0 means met.', { file: 'check.sh' }),
  'variants[].requirements[].script.file': doc('Name of an artifact of the variant.', 'check.sh'),
  'variants[].requirements[].script.timeout': SCRIPT_TIMEOUT,
  'variants[].detection': doc(
    'How the agent proves that the software is there; all must hold. deb, rpm and archive prove themselves without it.',
    [{ file: { path: '/opt/acme/bin/ledger' } }],
  ),
  'variants[].detection[].deb': doc('A Debian package is installed.', { package: 'acme-ledger', version: '2.4.0' }),
  'variants[].detection[].deb.package': doc('Name of the Debian package.', 'acme-ledger'),
  'variants[].detection[].deb.version': doc('Exactly this version; left out: any.', '1:2.4.0-1'),
  'variants[].detection[].rpm': doc('An RPM package is installed.', { package: 'acme-ledger', version: '2.4.0' }),
  'variants[].detection[].rpm.package': doc('Name of the RPM package.', 'acme-ledger'),
  'variants[].detection[].rpm.version': doc('Exactly this version, with or without release and epoch.', '2.4.0-1.el9'),
  'variants[].detection[].file': doc('A file or directory is there.', { path: '/opt/acme/bin/ledger' }),
  'variants[].detection[].file.path': doc('Absolute and without "..".', '/opt/acme/bin/ledger'),
  'variants[].detection[].file.sha256': doc(
    'It has this content.',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ),
  'variants[].detection[].file.exists': doc('false: it must not be there.', false),
  'variants[].detection[].script': doc('A program of the package; exit code 0 means installed.', { file: 'check.sh' }),
  'variants[].detection[].script.file': doc('Name of an artifact of the variant.', 'check.sh'),
  'variants[].detection[].script.timeout': SCRIPT_TIMEOUT,
  'variants[].hooks': doc('Programs of the package, run around the installer.', {
    before: 'stop.sh',
    after: 'start.sh',
  }),
  'variants[].hooks.before': doc('Before the installer; when it fails, nothing is installed.', 'stop.sh'),
  'variants[].hooks.after': doc('After the installer.', 'start.sh'),
  'variants[].hooks.onError': doc('When installing has failed.', 'report.sh'),
  'variants[].exitCodes': doc('What exit codes of the installer mean, where it is not 0 alone.', {
    success: [0],
    restart: [3010],
    retry: [1618],
  }),
  'variants[].exitCodes.success': doc('It has done its work; default 0 alone.', [0, 2]),
  'variants[].exitCodes.restart': doc('It has done its work, and the computer has to restart.', [3010]),
  'variants[].exitCodes.retry': doc('It asks to be tried again later.', [1618]),
  'variants[].timeout': doc('Time after which the installer is stopped, at most P7D; default PT60M.', 'PT20M'),
  'variants[].uninstall': doc('How a job removes the software; left out, no job can.', { type: 'deb' }),
  'variants[].uninstall<deb>': doc('Removes the Debian packages by dpkg.', { type: 'deb' }),
  'variants[].uninstall<deb>.type': doc('Debian packages.', 'deb'),
  'variants[].uninstall<rpm>': doc('Removes the RPM packages by rpm.', { type: 'rpm' }),
  'variants[].uninstall<rpm>.type': doc('RPM packages.', 'rpm'),
  'variants[].uninstall<archive>': doc('Removes the directory that was unpacked.', { type: 'archive' }),
  'variants[].uninstall<archive>.type': doc('The directory of an archive.', 'archive'),
  'variants[].uninstall<files>': doc('Removes the files.', { type: 'files' }),
  'variants[].uninstall<files>.type': doc('Single files.', 'files'),
  'variants[].uninstall<script>': doc('Runs a program of the package.', { type: 'script', file: 'remove.sh' }),
  'variants[].uninstall<script>.type': doc('A program of the package.', 'script'),
  'variants[].uninstall<script>.file': doc('Name of an artifact of the variant.', 'remove.sh'),
  'variants[].uninstall<script>.args': doc('Arguments, passed on as they are.', ['--purge']),
};
