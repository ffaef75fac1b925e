import type { PackageFacts } from './package-facts.js';

const SCHEMES = { deb: 'debian', rpm: 'rpm' };
const CONTROL = /[\u0000-\u001f\u007f]+/g;

/**
 * The text of a first `waybill.yaml`, with what was guessed said in comments.
 * @param schema where editors find the JSON Schema: an address or a path relative to the manifest; none: they are not told
 */
export function manifestDraft(facts: PackageFacts, schema?: string): string {
  const { name, version, arch, file, publisher, description } = facts;
  const title = name.replaceAll(
    /(^|[-_.])([a-z])/g,
    (_, gap: string, letter: string) => `${gap && ' '}${letter.toUpperCase()}`,
  );
  const lines = [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    `package: ${quoted(name, 128)}`,
    version === undefined
      ? 'version: "0.0.0" # not in the name of the file: put the right one'
      : `version: ${quoted(version, 128)}`,
    ...(facts.kind === 'archive' ? [] : [`versionScheme: ${SCHEMES[facts.kind]}`]),
    `title: ${quoted(title, 200)} # what people read in lists`,
    publisher ? `publisher: ${quoted(publisher, 200)}` : '# publisher: who makes it',
    ...(description ? [`description: ${quoted(description, 4000)}`] : []),
    'variants:',
    `  - platform: { os: linux, arch: [${arch}] }`,
    `    artifacts: [{ file: ${quoted(file, 255)} }]`,
    ...(facts.kind === 'archive' ? archivePart(facts) : systemPart(facts.kind, facts)),
    '    timeout: PT20M # after that the installer is stopped',
  ];
  return `${lines.join('\n')}\n`;
}

function systemPart(kind: 'deb' | 'rpm', { name, systemName = name, version = '' }: PackageFacts): string[] {
  const rule = `{ ${kind}: { package: ${quoted(systemName, 128)}, version: ${quoted(version, 128)} } }`;
  return [
    `    installer: { type: ${kind} }`,
    `    detection: [${rule}] # proves that it is there`,
    `    uninstall: { type: ${kind} }`,
  ];
}

function archivePart({ name, stripComponents }: PackageFacts): string[] {
  const strip = stripComponents ? `, stripComponents: ${stripComponents}` : '';
  return [
    `    installer: { type: archive, directory: ${quoted(`/opt/${name}`, 4096)}${strip} } # the whole directory is replaced`,
    '    # no detection is needed: the agent knows which archive the directory came from',
    '    uninstall: { type: archive }',
  ];
}

/** A YAML string in double quotes, on one line. */
function quoted(text: string, longest: number): string {
  return JSON.stringify(text.replaceAll(CONTROL, ' ').slice(0, longest).toWellFormed());
}
