import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { invalid } from '@waybill/contracts';

/** Body-parser's `verify`: broken UTF-8 is refused instead of being patched with replacement characters. */
export function demandUtf8(_request: IncomingMessage, _response: unknown, body: Buffer): void {
  if (!isUtf8(body)) throw invalid('body.notUtf8', 'The body is not valid UTF-8.');
}
