import { ValidationPipe } from '@nestjs/common';
import { fieldErrors, invalid } from '@waybill/contracts';

/** Bodies: unknown fields are refused, nothing is converted, every problem is named at once. */
export function bodyValidation(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transformOptions: { enableImplicitConversion: false },
    exceptionFactory: (errors) => invalid('request.invalid', 'The body has fields that are missing, unknown or wrong.', fieldErrors(errors, '')),
  });
}
