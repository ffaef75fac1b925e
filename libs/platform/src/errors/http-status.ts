import type { ErrorKind } from '@waybill/contracts';

/** The one place that says which HTTP status an error's kind has. */
export const HTTP_STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  conflict: 409,
  gone: 410,
  precondition: 412,
  tooLarge: 413,
  limited: 429,
  internal: 500,
  unavailable: 503,
};
