import { readFileSync } from 'node:fs';
import { isProtected } from '@waybill/contracts';

export interface ServerAccess {
  /** address without a slash at its end, e.g. `https://waybill.example` */
  server: string;
  /** API token or session token */
  token: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The server cannot be asked at all: an address or a token is missing or wrong. */
export class AccessError extends Error {}

const WANTED = 'name the server by --server or WAYBILL_SERVER, e.g. https://waybill.example';
const TOKEN_HINT = 'give an API token by WAYBILL_API_TOKEN, or the file that holds it by WAYBILL_API_TOKEN_FILE';

/**
 * Where to publish and as whom. The token is never taken from the command line, which everybody on the computer can read.
 * @param address of `--server`; else `WAYBILL_SERVER` says it
 * @throws AccessError
 */
export function serverAccess(address: string | undefined, env: Environment): ServerAccess {
  return { server: serverOf(address ?? env['WAYBILL_SERVER'], env), token: tokenOf(env) };
}

function serverOf(address: string | undefined, env: Environment): string {
  if (!address) throw new AccessError(`No server: ${WANTED}.`);
  const server = serverAddress(address);
  const plaintext = (env['WAYBILL_ALLOW_PLAINTEXT'] ?? '').split(',').map((link) => link.trim());
  if (isProtected(server) || plaintext.includes('http')) return server;
  throw new AccessError(
    `The token would go to ${new URL(server).host} unencrypted: use https://, or name "http" in WAYBILL_ALLOW_PLAINTEXT.`,
  );
}

/**
 * An address as somebody writes it, without what the API adds to it.
 * @throws AccessError
 */
export function serverAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new AccessError(`The server "${address}" is no address of a server; ${WANTED}.`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}`;
}

function tokenOf(env: Environment): string {
  const { WAYBILL_API_TOKEN: given, WAYBILL_API_TOKEN_FILE: file } = env;
  if (given && file) throw new AccessError(`Two tokens: ${TOKEN_HINT}, not both.`);
  const token = given || (file ? fileText(file).trim() : '');
  if (token === '') throw new AccessError(`No token: ${TOKEN_HINT}.`);
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new AccessError(`The token is none, it holds spaces or other letters: ${TOKEN_HINT}.`);
  return token;
}

function fileText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AccessError(`WAYBILL_API_TOKEN_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
