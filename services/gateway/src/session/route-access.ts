import { ROUTE_ACCESS, type RouteAccess } from '@waybill/contracts';
import type { Request } from 'express';

/** What the matched route needs, from the one table; undefined for a route that is not in it. */
export function routeAccess({ method, route }: Pick<Request, 'method' | 'route'>): RouteAccess | undefined {
  const { path } = route as { path: string };
  // Express answers HEAD by the GET route
  const verb = method === 'HEAD' ? 'GET' : method;
  return ROUTE_ACCESS[`${verb} ${path.replace(/^\/api\/v1/, '').replaceAll(/:(\w+)/g, '{$1}')}`];
}
