import type { Request } from 'express';

/** The part of Express 5's router that tells its routes. */
interface RouteLayer {
  route?: { methods: Record<string, boolean> };
  match(path: string): boolean;
}

/** Methods that the path of a request takes, in upper case; empty when there is no such path. */
export function allowedMethods(request: Request): string[] {
  const { stack } = (request.app as unknown as { router: { stack: RouteLayer[] } }).router;
  // inside of the global prefix `request.path` is shorter
  const path = request.originalUrl.split('?')[0]!;
  const methods = new Set<string>();
  for (const layer of stack) {
    // what takes every method, even TRACE, is middleware
    if (!layer.route || layer.route.methods['trace'] || layer.route.methods['_all'] || !matches(layer, path)) continue;
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

function matches(layer: RouteLayer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    // broken percent-encoding in a parameter
    return false;
  }
}
