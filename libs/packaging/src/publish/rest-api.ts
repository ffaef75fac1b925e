import type { FieldError } from '@waybill/contracts';
import { backOffMs, type Patience } from './patience.js';
import { ApiProblem, causeOf, PublishError } from './publish-error.js';
import type { ServerAccess } from './server-access.js';

/** The server is there but cannot answer now. */
const PASSING = new Set([429, 502, 503, 504]);
/** Passing, too: the answer says that it is still at work. */
const AT_WORK = 'idempotency.inProgress';
/** Who asked waits by itself. */
const STILL_VERIFYING = 'upload.verificationPending';

/** The part of the REST API that publishing needs. Every request it makes may be made twice. */
export class RestApi {
  constructor(
    private readonly access: ServerAccess,
    private readonly patience: Patience,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.call('GET', path);
  }

  /** @param key `Idempotency-Key` */
  post<T>(path: string, body: unknown, key?: string): Promise<T> {
    return this.call('POST', path, body, key);
  }

  /** @throws ApiProblem for any answer that is not 2xx; PublishError when there is none */
  private async call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
    for (let failures = 1; ; failures++) {
      const outcome = await this.once<T>(method, path, body, key);
      if ('value' in outcome) return outcome.value;
      if (!outcome.passing || failures >= this.patience.tries) throw outcome.error;
      await this.patience.wait(backOffMs(failures, outcome.retryAfter), outcome.error.message.replace(/\.$/, ''));
    }
  }

  private async once<T>(
    method: string,
    path: string,
    body: unknown,
    key: string | undefined,
  ): Promise<{ value: T } | { error: PublishError; passing: boolean; retryAfter?: string | null }> {
    const { server, token } = this.access;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${server}/api/v1${path}`, {
        method,
        // the token is for this server alone
        redirect: 'manual',
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      return { error: new PublishError(`${server} cannot be reached (${causeOf(error)}).`), passing: true };
    }
    if (response.ok) {
      const value = parsed(text) as T | undefined;
      return value === undefined ? { error: this.noWaybill(response), passing: false } : { value };
    }
    const error = this.problem(response, text);
    const passing = (PASSING.has(response.status) && error.code !== STILL_VERIFYING) || error.code === AT_WORK;
    return { error, passing, retryAfter: response.headers.get('retry-after') };
  }

  private problem(response: Response, text: string): ApiProblem {
    const { status } = response;
    const body = parsed(text) as { code?: string; detail?: string; errors?: FieldError[] } | null | undefined;
    if (typeof body?.code !== 'string') return this.noWaybill(response);
    if (status === 401) {
      return new ApiProblem(
        status,
        body.code,
        'The server does not know the token: it is wrong, expired or was revoked; make a new API token.',
      );
    }
    const detail = body.detail ?? `The server answers ${status} ${body.code}.`;
    return new ApiProblem(status, body.code, detail, Array.isArray(body.errors) ? body.errors : []);
  }

  private noWaybill({ status, headers }: Response): ApiProblem {
    const to = headers.get('location');
    const where = to ? `, and sends to ${to}` : '';
    return new ApiProblem(
      status,
      '',
      `${this.access.server} answers ${status}${where}, but not like a Waybill server; is the address right?`,
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
