import type { FieldError } from '@waybill/contracts';

/** Why nothing was published, in a sentence for the packager. */
export class PublishError extends Error {}

/** What the server answered instead of what was asked for (problem+json). */
export class ApiProblem extends PublishError {
  constructor(
    readonly status: number,
    /** e.g. `version.exists`; empty when the answer was no problem+json */
    readonly code: string,
    detail: string,
    readonly errors: FieldError[] = [],
  ) {
    super(detail);
  }
}

/** The cause of a failed request in few words: `fetch` hides it, and one of several addresses is named by none. */
export function causeOf(error: unknown): string {
  const { code, cause, message, errors } = error as {
    code?: string;
    cause?: unknown;
    message?: string;
    errors?: unknown[];
  };
  if (cause !== undefined) return causeOf(cause);
  if (typeof code === 'string') return code;
  return errors?.length ? causeOf(errors[0]) : (message ?? String(error));
}
