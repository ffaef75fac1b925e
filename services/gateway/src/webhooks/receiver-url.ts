import { isPublicAddress, literalAddress } from './receiver-address.js';

/** Longer than any receiver's, short enough for a list. */
export const URL_LENGTH = 2_000;

/**
 * What is wrong with a webhook's URL, in words; null when it may be called. Where its name leads is checked at each delivery
 * (receiver-address.ts): it may lead elsewhere tomorrow.
 * @param named origins that the configuration allows although they are plain HTTP or not on the internet
 */
export function receiverUrlFault(text: string, named: ReadonlySet<string>): string | null {
  if (text.length > URL_LENGTH || !URL.canParse(text)) return EXPECTED;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return EXPECTED;
  if (url.username !== '' || url.password !== '')
    return 'must not hold a user name or password: whoever may read webhooks would see them; the signature says who calls';
  if (url.hash !== '') return 'must not have a fragment (#…): it is never sent';
  if (named.has(url.origin)) return null;
  if (url.protocol !== 'https:')
    return `must be https; plain http only for origins in WAYBILL_WEBHOOK_ORIGINS, which does not name ${url.origin}`;
  const address = literalAddress(url);
  if (address !== null && !isPublicAddress(address))
    return `must lead to the internet; ${address} is an address of this computer or of a private network, and WAYBILL_WEBHOOK_ORIGINS does not name ${url.origin}`;
  return null;
}

const EXPECTED = `must be an https URL of at most ${URL_LENGTH} characters, e.g. https://hooks.example.org/waybill`;
