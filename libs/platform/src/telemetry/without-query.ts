/** Query strings are not traced: people and libraries put secrets there, such as tokens, codes of a login and signatures of a URL. */
const REDACTED = '(redacted)';

/** Attributes of the span of a request that came in. */
export function incomingAttributes({ url }: { url?: string }): Record<string, string> {
  return url?.includes('?') ? { 'url.query': REDACTED } : {};
}

/** Attributes of the span of a request to another server. */
export function outgoingAttributes(request: {
  protocol?: string | null;
  hostname?: string | null;
  host?: string | null;
  port?: number | string | null;
  path?: string | null;
}): Record<string, string> {
  const [path = '/', query] = (request.path ?? '/').split('?', 2);
  if (query === undefined) return {};
  const host = request.hostname ?? request.host ?? 'localhost';
  const port = request.port ? `:${request.port}` : '';
  return { 'url.full': `${request.protocol ?? 'http:'}//${host}${port}${path}?${REDACTED}` };
}
