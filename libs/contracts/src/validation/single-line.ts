import { Matches } from 'class-validator';

/** A name that people read in lists and terminals: no control characters, no line breaks. */
export function IsSingleLine(): PropertyDecorator {
  return Matches(/^[^\p{Cc}\u2028\u2029]*$/u, {
    message: '$property must not contain control characters or line breaks',
  });
}
