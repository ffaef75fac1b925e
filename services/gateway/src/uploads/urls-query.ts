import { invalid } from '@waybill/contracts';

/** @throws invalid `request.invalidQuery` */
export function wantsUrls(urls: unknown): boolean {
  if (urls === undefined || urls === 'false') return false;
  if (urls === 'true') return true;
  throw invalid('request.invalidQuery', 'The query string holds something that this call does not take.', [
    { pointer: '/urls', message: 'must be true or false' },
  ]);
}
