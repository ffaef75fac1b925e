import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { fieldErrors, invalid } from '@waybill/contracts';
import { unstorableText } from './storable-text.js';

/** Code of every body that is not what its class says. */
export const INVALID_BODY = 'request.invalid';

/** Bodies: unknown fields are refused, nothing is converted, every problem is named at once. */
class BodyValidation extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // class-validator would take each element for an object of the class
    if (Array.isArray(value) && metadata.type === 'body' && metadata.metatype !== Array) {
      throw invalid(INVALID_BODY, 'The body must be a JSON object.', [
        { pointer: '', message: 'must be a JSON object' },
      ]);
    }
    if (metadata.type === 'body') {
      const errors = unstorableText(value);
      if (errors.length > 0) throw invalid(INVALID_BODY, 'The body has text that cannot be kept.', errors);
    }
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

export function bodyValidation(): ValidationPipe {
  return new BodyValidation({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    // names the class, whose fields a misspelt one is compared with
    validationError: { target: true, value: false },
    transformOptions: { enableImplicitConversion: false },
    exceptionFactory: (errors) =>
      invalid(INVALID_BODY, 'The body has fields that are missing, unknown or wrong.', fieldErrors(errors, '')),
  });
}
