import type { Proxies } from '../http/http-request.js';

/** What is on this computer no proxy can reach. */
export const LOOPBACK = 'localhost,127.0.0.1,::1';

/**
 * A proxy of the agent's own holds for everything; without one those of the environment do (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, also in lower case), as for
 * any other program of the computer.
 * @returns undefined for none
 */
export function proxiesOf(
  own: string | undefined,
  except: string | undefined,
  env: NodeJS.ProcessEnv,
): Proxies | undefined {
  const of = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const proxies = own === undefined ? { http: of('HTTP_PROXY'), https: of('HTTPS_PROXY') } : { http: own, https: own };
  if (proxies.http === undefined && proxies.https === undefined) return undefined;
  return { ...proxies, except: [except ?? of('NO_PROXY'), LOOPBACK].filter((hosts) => hosts).join(',') };
}
