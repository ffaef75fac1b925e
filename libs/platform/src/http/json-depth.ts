import type { IncomingMessage } from 'node:http';
import { invalid } from '@waybill/contracts';
import { demandUtf8 } from './utf8.js';

/** Far more than any body of ours has. */
const MAX_DEPTH = 64;

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = Buffer.from('"\\{}[]');

/**
 * Body-parser's `verify` for JSON: valid UTF-8, and not nested so deep that code which walks it would run out of stack (the parser
 * itself would not). One pass over the bytes.
 */
export function demandReadableJson(request: IncomingMessage, response: unknown, body: Buffer): void {
  demandUtf8(request, response, body);
  let depth = 0;
  let inString = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    if (depth > MAX_DEPTH) throw invalid('body.tooDeep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  }
}
