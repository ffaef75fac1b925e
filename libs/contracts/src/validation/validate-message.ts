import 'reflect-metadata';
import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { getMetadataStorage, type ValidationError, validateSync } from 'class-validator';
import { compiledCheck } from './compiled-check.js';
import type { FieldError } from './field-error.js';
import { nearest } from './nearest.js';

export type Validated<T> = { ok: true; value: T } | { ok: false; errors: FieldError[] };

/**
 * Checks a decoded JSON value against a message class: types, ranges and unknown fields, all problems at once.
 * Nothing is converted: `"5"` is not a number.
 */
export function validateMessage<T extends object>(type: ClassConstructor<T>, input: unknown): Validated<T> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, errors: [{ pointer: '', message: 'must be a JSON object' }] };
  }
  const quick = compiledCheck(type);
  if (quick?.accepts(input)) return { ok: true, value: quick.revive(input) };
  return validateInDetail(type, input);
}

/** class-validator itself: slower, and with a message for everything that is wrong. */
export function validateInDetail<T extends object>(type: ClassConstructor<T>, input: object): Validated<T> {
  const value = plainToInstance(type, input, { enableImplicitConversion: false });
  const errors = validateSync(value, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  return errors.length === 0 ? { ok: true, value } : { ok: false, errors: fieldErrors(errors, '') };
}

/** class-validator's tree as a flat list with JSON pointers. */
export function fieldErrors(errors: ValidationError[], parent: string): FieldError[] {
  return errors.flatMap((error) => {
    const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      pointer,
      message:
        rule === 'whitelistValidation'
          ? `unknown field "${error.property}"${nearest(error.property, siblings(error.target))}`
          : message,
    }));
    return [...own, ...fieldErrors(error.children ?? [], pointer)];
  });
}

/** The fields that a message class declares, its ancestors' included. */
function siblings(target: object | undefined): string[] {
  if (!target) return [];
  const rules = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}
