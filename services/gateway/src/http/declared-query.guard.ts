import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FieldError, invalid } from '@waybill/contracts';
import type { Request } from 'express';

/** Where `@ApiQuery` keeps what it was told; `@nestjs/swagger` exports no name for it. */
const API_PARAMETERS = 'swagger/apiParameters';

interface DeclaredParameter {
  in: string;
  name: string;
}

/**
 * A query parameter that a call does not declare is refused: one that is misspelt, or that another call takes, would otherwise be ignored, and
 * `POST /jobs?dryrun=true` would send software. The declaration is the one that `openapi.json` shows, so the two cannot differ.
 */
@Injectable()
export class DeclaredQueryGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { query } = context.switchToHttp().getRequest<Request>();
    checkQuery(query, declaredBy(context.getHandler()));
    return true;
  }
}

/** Names of the query parameters of a handler, in the order of its declaration. */
function declaredBy(handler: object): string[] {
  const parameters = (Reflect.getMetadata(API_PARAMETERS, handler) ?? []) as DeclaredParameter[];
  return parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
}

/** @throws WaybillError invalid `query.unknown`, `query.repeated`; every parameter that is wrong is named */
export function checkQuery(query: Readonly<Record<string, unknown>>, declared: readonly string[]): void {
  const given = Object.keys(query);
  const unknown = given.filter((name) => !declared.includes(name));
  if (unknown.length > 0) {
    const takes = declared.length > 0 ? `it takes ${declared.join(', ')}` : 'it takes none';
    const detail = `This call does not take the query ${parameters(unknown)}; ${takes}. Nothing was done.`;
    throw invalid('query.unknown', detail, problems(unknown, `is no parameter of this call; ${takes}`));
  }
  const repeated = given.filter((name) => Array.isArray(query[name]));
  if (repeated.length > 0) {
    const detail = `The query ${parameters(repeated)} may be given only once. Nothing was done.`;
    throw invalid('query.repeated', detail, problems(repeated, 'is given more than once; give it once'));
  }
}

const LONGEST = 100;

function parameters(names: readonly string[]): string {
  const quoted = names.slice(0, 10).map((name) => JSON.stringify(name.slice(0, LONGEST)));
  return `${names.length > 1 ? 'parameters' : 'parameter'} ${quoted.join(', ')}`;
}

function problems(names: readonly string[], message: string): FieldError[] {
  return names.slice(0, 10).map((name) => ({ pointer: `/${name.slice(0, LONGEST)}`, message }));
}
