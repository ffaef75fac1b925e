import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import type { AsyncApiDocument } from './document.js';

/** The committed document; that it is up to date is what `npm run check` proves. */
export const DOCUMENT = parse(readFileSync('libs/contracts/asyncapi.yaml', 'utf8')) as AsyncApiDocument;

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(DOCUMENT, 'asyncapi', undefined, false);

/** Check of a message's body, by the message's key. */
export function payloadCheck(key: string): ValidateFunction {
  return check(`#/components/messages/${key}/payload`);
}

/** Check of what is inside a command's JWS. */
export function contentCheck(key: string): ValidateFunction {
  return check(`#/components/messages/${key}/payload/contentSchema`);
}

function check(pointer: string): ValidateFunction {
  const found = ajv.getSchema(`asyncapi${pointer}`);
  if (!found) throw new Error(`asyncapi.yaml has no ${pointer}`);
  return found;
}
