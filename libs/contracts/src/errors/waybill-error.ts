import type { FieldError } from '../validation/field-error.js';
import type { ErrorKind, WireError } from '../rpc/rpc-contract.js';

/** The one error type of the house: a stable code, a kind that maps to an HTTP status or a broker verdict, a sentence for a person. */
export class WaybillError extends Error {
  override readonly name = 'WaybillError';

  constructor(
    readonly kind: ErrorKind,
    /** stable and machine-readable, e.g. `package.checksumMismatch` */
    readonly code: string,
    /** what is wrong and what would be right */
    readonly detail: string,
    readonly errors?: FieldError[],
    /** seconds after which the same may be tried again; of kind `limited` */
    readonly retryAfter?: number,
  ) {
    super(`${code}: ${detail}`);
  }

  toWire(): WireError {
    return { code: this.code, kind: this.kind, detail: this.detail, ...(this.errors ? { errors: this.errors } : {}) };
  }

  static fromWire(error: WireError): WaybillError {
    return new WaybillError(error.kind, error.code, error.detail, error.errors);
  }
}

/** Shorthand for the commonest refusal. */
export function invalid(code: string, detail: string, errors?: FieldError[]): WaybillError {
  return new WaybillError('invalid', code, detail, errors);
}

export function notFound(code: string, detail: string): WaybillError {
  return new WaybillError('notFound', code, detail);
}

export function conflict(code: string, detail: string): WaybillError {
  return new WaybillError('conflict', code, detail);
}

/** Too many of something in too short a time. @param seconds after which it may be tried again */
export function limited(code: string, detail: string, seconds: number): WaybillError {
  return new WaybillError('limited', code, detail, undefined, Math.max(1, Math.ceil(seconds)));
}
