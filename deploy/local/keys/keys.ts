/** `npm run keys`: shows, rotates and revokes the keys that an installation is trusted by. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { KEY_USES, type KeyUse, MANIFEST_JWS_TYPE, type TrustKey } from '@waybill/contracts/agent';
import { detach, fingerprint, JwsSigner, keyState, readPrivateKey, toSpki } from '@waybill/trust';
import { type InstancePaths, instancePaths } from '../local-paths.ts';
import { describeFailure, StackFailure } from '../stack-failure.ts';
import { rotateServerKey } from '../tls/certificate-files.ts';
import { actorKeyFiles, rotateActorKey } from './actor-key.ts';
import { announceKey } from './broker-trust.ts';
import { KeyStore } from './key-store.ts';

const HELP = `npm run keys -- COMMAND [--directory DIR | --instance NAME]

  show                    the keys, and the fingerprint of the root for agents (--root-key)
  rotate publish          a new key signs what is published from now on; what was published before stays trusted
  rotate command          a new key signs commands; those on their way stay valid for 31 days
  rotate session          a new key signs computers' tokens, and the broker is told to trust it
  rotate actor            a new key of the gateway vouches to the services for who asks; takes ten seconds
  rotate tls              a new key for the servers by the same authority, used from their next start (npm start -- --tls)
  rotate root             a new root key, vouched for by the old one, which loses its voice
  revoke KID              nothing that the key ever signed is believed any more; if it is in use, it is replaced first
  add KID --public FILE   a publishing key whose private half stays with the organisation (PEM of the public key)
  sign --key FILE --kid KID < manifest.json
                          detached JWS over the exact bytes of GET …/manifest, for "signature" of …/actions/publish

Running services take a change over by themselves within seconds, computers at their next session (at most 45 minutes,
at once when a command names a key they do not know). DIR holds the private keys and keyset.jws; NAME is an instance of the
local stack, by default the one of npm start. With a broker of your own, make it trust a new session key first
(rabbitmqctl add_signing_key, and auth_oauth2.signing_keys in its configuration).
Keep root.pem somewhere else: no service needs it, and whoever has it can take over every computer.
`;

const OPTIONS = {
  directory: { type: 'string' },
  instance: { type: 'string', default: 'start' },
  public: { type: 'string' },
  key: { type: 'string' },
  kid: { type: 'string' },
  help: { type: 'boolean' },
} as const;

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args);
  const [command, what] = positionals;
  if (values.help || command === undefined) return void process.stdout.write(HELP);
  const paths: InstancePaths = instancePaths(values.instance);
  const directory = values.directory ?? paths.keys;
  const store = new KeyStore(directory);
  const beforeUse = values.directory === undefined ? (added: TrustKey) => announceKey(paths, added) : undefined;
  switch (command) {
    case 'show':
      return show(store, directory);
    case 'rotate':
      if (what === 'actor') return actorRotated(directory);
      if (what === 'tls') return serverKeyRotated(directory);
      return said(await store.rotate(useOf(what), beforeUse), 'is in use now');
    case 'revoke':
      return revoked(await store.revoke(demand(what, 'revoke KID'), beforeUse));
    case 'add':
      return said(
        await store.add(demand(what, 'add KID'), publicKeyIn(demand(values.public, '--public FILE'))),
        'was added',
      );
    case 'sign':
      return sign(demand(values.key, '--key FILE'), demand(values.kid, '--kid KID'));
    default:
      throw new StackFailure(`There is no command "${command}"; see npm run keys -- --help.`);
  }
}

async function actorRotated(directory: string): Promise<void> {
  console.log('The services learn of a new actor key, then the gateway uses it, then the old one is forgotten …');
  await rotateActorKey(actorKeyFiles(directory));
  console.log('The new actor key is in use now; the old one is worth nothing any more.');
}

async function serverKeyRotated(directory: string): Promise<void> {
  await rotateServerKey(directory);
  console.log('The servers use a new key from their next start on; agents and clients need nothing.');
}

async function show(store: KeyStore, directory: string): Promise<void> {
  const set = await store.current();
  console.log(`Key set ${set.serial} of ${set.issuedAt} in ${directory}`);
  for (const key of set.keys) console.log(`  ${line(key)}`);
  const roots = set.keys.filter((key) => key.use === 'root' && keyState(key, Date.now()) === 'valid');
  for (const { publicKey } of roots) console.log(`Agents may pin the root: --root-key ${fingerprint(publicKey)}`);
}

function line(key: TrustKey): string {
  const until = key.revokedAt ?? key.notAfter;
  const state = keyState(key, Date.now());
  return [key.kid.padEnd(24), key.use.padEnd(8), key.holder.padEnd(13), state, until && `(${until})`]
    .join(' ')
    .trimEnd();
}

function said(key: TrustKey, what: string): void {
  console.log(`${key.use} key ${key.kid} ${what}.`);
}

function revoked(key: TrustKey): void {
  said(key, 'is revoked');
  if (key.use === 'session')
    console.log('Restart RabbitMQ: until then it still takes what is signed by that key for a password.');
}

function sign(file: string, kid: string): void {
  const privateKey = readPrivateKey(readFileSync(file, 'utf8'));
  const bytes = readFileSync(process.stdin.fd, 'utf8');
  console.log(detach(new JwsSigner({ kid, privateKey }, MANIFEST_JWS_TYPE).sign(bytes)));
}

function publicKeyIn(file: string): string {
  const pem = readFileSync(file, 'utf8');
  if (pem.includes('PRIVATE')) return toSpki(readPrivateKey(pem));
  return pem
    .replaceAll(/-----[A-Z ]+-----|\s/g, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function useOf(what: string | undefined): KeyUse {
  const use = KEY_USES.find((known) => known === what);
  if (use) return use;
  throw new StackFailure(`"${what ?? ''}" is no kind of key; choose from ${[...KEY_USES, 'actor', 'tls'].join(', ')}.`);
}

function demand(value: string | undefined, what: string): string {
  if (value) return value;
  throw new StackFailure(`Missing: ${what}; see npm run keys -- --help.`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new StackFailure(`${(error as Error).message} See npm run keys -- --help.`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`keys: ${describeFailure(error)}`);
  process.exitCode = 1;
}
