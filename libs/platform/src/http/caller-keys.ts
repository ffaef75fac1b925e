import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Request } from 'express';

/** Who asks, as far as the network tells: an IPv4 address, or the /64 that one IPv6 customer has whole. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const front = head.split(':').filter(Boolean);
  const back = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array<string>(zeros).fill('0'), ...back].slice(0, 4);
  return `${groups.map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** The address behind a request; behind the proxies that the configuration trusts, the one that they name. */
export function addressOf(request: Request): string {
  return addressKey(request.ip ?? 'unknown');
}

/** Stands for what a caller identified itself with, without being of use to anybody; null when it did not. */
export function tokenOf(request: Request): string | null {
  const { authorization } = request.headers;
  return authorization ? createHash('sha256').update(authorization).digest('base64url') : null;
}
