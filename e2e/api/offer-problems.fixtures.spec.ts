import { type ApiWorld, NOBODY } from './api-world.fixtures.spec.ts';
import type { ProblemCase } from './problem-table.fixtures.spec.ts';

const JSON_BODY = { 'content-type': 'application/json' };
const ask =
  (method: string, path: string, body?: object): ProblemCase[3] =>
  ({ api }: ApiWorld) =>
    api.raw(method, path, body && JSON.stringify(body), body ? JSON_BODY : {});

const NO_VERSION = { package: 'published', version: '9.9.9', groups: ['everybody'] };

/** About what users of computers may install themselves. */
export const OFFER_PROBLEMS: ProblemCase[] = [
  ['POST /offers', 'offer.invalid', 400, ask('POST', '/offers', NO_VERSION)],
  ['DELETE /offers/{id}', 'offer.notFound', 404, ask('DELETE', `/offers/${NOBODY}`)],
  ...['approve', 'reject'].map((action): ProblemCase => {
    const path = `/offer-requests/{id}/actions/${action}`;
    return [`POST ${path}`, 'offerRequest.notFound', 404, ask('POST', path.replace('{id}', NOBODY), {})];
  }),
];
