import { z } from 'zod';
import { manifestSchema } from './manifest.js';

/**
 * The manifest as JSON Schema, for editors and other tools. It is looser than `validateManifest`, which also checks what
 * refers to what.
 * @param target 2020-12, or draft 7 for documents that know no newer one
 */
export function manifestJsonSchema(target: 'draft-2020-12' | 'draft-07' = 'draft-2020-12'): object {
  return {
    title: 'Waybill package manifest',
    ...z.toJSONSchema(manifestSchema, { target, io: 'input' }),
  };
}
