import '@waybill/contracts';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import type { Schemas } from './json-schema.js';

type Options = NonNullable<Parameters<typeof validationMetadatasToSchemas>[0]>;

/** What the decorators of the message classes demand, by class: the same metadata that checks a message when it comes. */
export function ruleSchemas(): Schemas {
  return validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage as Options['classTransformerMetadataStorage'],
    refPointerPrefix: '#/components/schemas/',
    // our own clocks write whole moments, never a date alone
    additionalConverters: { isIso8601: { type: 'string', format: 'date-time' } },
  });
}
