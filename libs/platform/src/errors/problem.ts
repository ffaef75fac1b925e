import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { type FieldError, isUnreachable, WaybillError } from '@waybill/contracts';
import { HTTP_STATUS } from './http-status.js';

/** RFC 9457, with our stable `code`. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors?: FieldError[];
}

interface BodyParserError extends Error {
  type: string;
  status: number;
}

const BODY_PARSER: Record<string, { code: string; detail: string }> = {
  'entity.parse.failed': { code: 'body.notJson', detail: 'The body is not valid JSON.' },
  'entity.too.large': { code: 'body.tooLarge', detail: 'The body is larger than this call takes.' },
  'encoding.unsupported': {
    code: 'body.encoding',
    detail: 'Send the body uncompressed, or with Content-Encoding gzip, deflate or br.',
  },
  'charset.unsupported': { code: 'body.charset', detail: 'Send the body as UTF-8.' },
  'request.aborted': { code: 'body.aborted', detail: 'The request ended before its body was complete.' },
  'request.size.invalid': { code: 'body.length', detail: 'The body does not have the announced Content-Length.' },
};

/** The path exists, but not with this method. */
export function methodNotAllowed(method: string, allowed: readonly string[], requestId: string): ProblemBody {
  return problemOf(
    405,
    'request.methodNotAllowed',
    `This path does not take ${method}; it takes ${allowed.join(', ')}.`,
    requestId,
  );
}

/** A body came that nobody could read, so its fields seemed missing. */
export function unsupportedMediaType(type: string | undefined, requestId: string): ProblemBody {
  const given = type === undefined ? 'no Content-Type' : `Content-Type ${type.slice(0, 100)}`;
  return problemOf(415, 'body.contentType', `The body came with ${given}; send application/json.`, requestId);
}

const MALFORMED: Record<number, { code: string; detail: string }> = {
  408: { code: 'request.timeout', detail: 'The request did not come in time.' },
  431: { code: 'request.headersTooLarge', detail: 'The request line and headers are larger than this server takes.' },
};

/** Something that is not HTTP, or too much of it. */
export function malformedRequest(status: number, requestId: string): ProblemBody {
  const { code, detail } = MALFORMED[status] ?? {
    code: 'request.malformed',
    detail: 'The request is not valid HTTP/1.1.',
  };
  return problemOf(status, code, detail, requestId);
}

/** Any error as a problem; what we did not foresee says nothing of its inside. */
export function toProblem(error: unknown, requestId: string): ProblemBody {
  if (error instanceof WaybillError) {
    const problem = problemOf(HTTP_STATUS[error.kind], error.code, error.detail, requestId);
    return error.errors ? { ...problem, errors: error.errors } : problem;
  }
  if (isBodyParserError(error)) {
    const known = BODY_PARSER[error.type] ?? { code: 'body.unreadable', detail: 'The body could not be read.' };
    return problemOf(error.status, known.code, known.detail, requestId);
  }
  // A path with broken percent-encoding, thrown by the router.
  if (error instanceof URIError)
    return problemOf(400, 'request.badPath', 'The path has broken percent-encoding.', requestId);
  if (error instanceof HttpException) {
    // Nest wraps what parsers and the router throw
    return error.cause === undefined
      ? fromHttpException(error, requestId)
      : withoutWrapper(error, error.cause, requestId);
  }
  if (isUnreachable(error))
    return problemOf(503, 'unavailable', 'Something that this call needs is away. Try again soon.', requestId);
  return problemOf(
    500,
    'internal',
    'Something went wrong here. Quote the requestId to whoever runs this server.',
    requestId,
  );
}

function withoutWrapper(error: HttpException, cause: unknown, requestId: string): ProblemBody {
  const known = cause instanceof WaybillError || isBodyParserError(cause) || cause instanceof URIError;
  return known ? toProblem(cause, requestId) : fromHttpException(error, requestId);
}

function fromHttpException(error: HttpException, requestId: string): ProblemBody {
  const status = error.getStatus();
  const title = (STATUS_CODES[status] ?? 'error').replaceAll(/[^A-Za-z]+/g, '');
  const code = `request.${title.charAt(0).toLowerCase()}${title.slice(1)}`;
  return problemOf(status, code, status >= 500 ? 'The server cannot do this now.' : error.message, requestId);
}

function isBodyParserError(error: unknown): error is BodyParserError {
  const candidate = error as Partial<BodyParserError> | null;
  return (
    error instanceof Error &&
    typeof candidate?.type === 'string' &&
    typeof candidate.status === 'number' &&
    candidate.status < 500
  );
}

export function problemOf(status: number, code: string, detail: string, requestId: string): ProblemBody {
  return {
    type: `urn:waybill:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    requestId,
  };
}
