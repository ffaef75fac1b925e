import { Matches } from 'class-validator';

/** A name that people read in lists and terminals: no control characters, no line breaks. */
export function IsSingleLine(): PropertyDecorator {
  // spelled out, because readers of the API's document in other languages do not know \p{Cc}
  return Matches(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/u, {
    message: '$property must not contain control characters or line breaks',
  });
}
