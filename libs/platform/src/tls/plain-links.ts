import { isProtected, type Link } from '@waybill/contracts';

/** One way in or out of this process. */
export interface UsedLink {
  link: Link;
  /** that holds the address */
  variable: string;
  url: string;
}

/** A sentence for every link that would carry secrets unencrypted over a network although nobody said by name that it may. */
export function plainLinks(used: readonly UsedLink[], allowed: readonly string[]): string[] {
  return used
    .filter(({ link, url }) => !isProtected(url) && !allowed.includes(link))
    .map(
      ({ link, variable }) =>
        `${variable} is not encrypted and leaves this computer: use TLS, or name "${link}" in WAYBILL_ALLOW_PLAINTEXT`,
    );
}
