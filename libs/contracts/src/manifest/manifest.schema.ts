import { z } from 'zod';
import { manifestSchema } from './manifest.js';

/**
 * The manifest as JSON Schema (2020-12), for editors and other tools. It is looser than `validateManifest`, which also checks what
 * refers to what.
 */
export function manifestJsonSchema(): object {
  return {
    title: 'Waybill package manifest',
    ...z.toJSONSchema(manifestSchema, { target: 'draft-2020-12', io: 'input' }),
  };
}
