import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../../../../', import.meta.url));
const SCHEMA = 'libs/contracts/schema/manifest.schema.json';

/**
 * Where an editor finds the JSON Schema of a manifest: at the server, or in this checkout when the manifest is in it, too. A path to
 * somewhere else would hold directory names of this computer and lead nowhere on any other one: undefined then.
 * @param directory of the manifest
 * @param server e.g. `https://waybill.example`
 */
export function schemaPlace(directory: string, server?: string, checkout = CHECKOUT): string | undefined {
  if (server !== undefined) return `${server}/manifest.schema.json`;
  const inside = relative(checkout, directory);
  if (isAbsolute(inside) || inside.split(/[\\/]/)[0] === '..') return undefined;
  return relative(directory, resolve(checkout, SCHEMA)).replaceAll('\\', '/');
}
