import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** In no special range, and yet the host's own answer on Azure: credentials of the machine, its DNS. */
const HOST_OF_AZURE = '168.63.129.16';

/** IPv6 that is routed on the internet; everything else of it is special or not given out. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an address is one of the internet's: not this machine's, not of a private network, not link-local (where clouds keep the credentials
 * of their machines), and not one that only wraps such an address (mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || parsed.toString() === HOST_OF_AZURE) return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6);
}

/** The name leads to where webhooks must not go. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';

  constructor(host: string) {
    super(`${host} is an address of this computer or of a private network; see WAYBILL_WEBHOOK_ORIGINS`);
  }
}

/** The address that a URL names itself, without DNS; null when it has a name. */
export function literalAddress({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? null : bare;
}

type Lookup = (
  host: string,
  options: LookupOptions,
  callback: (error: Error | null, address?: string | LookupAddress[], family?: number) => void,
) => void;

type LookupAll = (
  host: string,
  options: LookupOptions & { all: true },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * `dns.lookup` for sockets that answers public addresses only. The socket connects to what was checked here: a name that changes its address
 * after the check (DNS rebinding) gains nothing. One address that is not public refuses the whole name.
 */
export function publicLookup(resolve: LookupAll = lookup): Lookup {
  return (host, options, callback) =>
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error);
      if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
        return callback(new ForbiddenAddressError(host));
      if (options.all) return callback(null, addresses);
      callback(null, addresses[0]!.address, addresses[0]!.family);
    });
}
