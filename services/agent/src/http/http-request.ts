import { Agent as HttpAgent, type IncomingMessage, request as requestHttp, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

/** HTTP proxies, by what is asked through them. */
export interface Proxies {
  /** addresses, `http://[user:password@]host:port` */
  http?: string;
  https?: string;
  /** hosts that are asked directly, as in `NO_PROXY`: `localhost,.intra.example,10.0.0.1` */
  except?: string;
}

/** Connection pools; many simulated agents share one. */
export interface HttpConnections {
  http: HttpAgent;
  https: HttpsAgent;
}

/**
 * @param proxies where they lead: https goes through `CONNECT`
 * @param maxSockets connections per host at the same time
 */
export function httpConnections({
  proxies,
  maxSockets = 8,
}: { proxies?: Proxies; maxSockets?: number } = {}): HttpConnections {
  const options = {
    keepAlive: true,
    maxSockets,
    ...(proxies && { proxyEnv: { HTTP_PROXY: proxies.http, HTTPS_PROXY: proxies.https, NO_PROXY: proxies.except } }),
  };
  return { http: new HttpAgent(options), https: new HttpsAgent(options) };
}

export interface HttpCall {
  method?: 'GET' | 'POST' | 'PUT';
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** milliseconds without a byte in either direction after which the call fails */
  idleMs: number;
  signal?: AbortSignal;
  connections: HttpConnections;
}

/** One HTTP call; resolves with the answer's head, whose body is still to be read or destroyed. Node's own client, because undici costs 10 MiB. */
export async function httpRequest(url: string, call: HttpCall): Promise<IncomingMessage> {
  try {
    return await send(url, call);
  } catch (error) {
    // The server closed a kept connection just as it was used again: nothing of the call arrived.
    if (!(error as { reused?: boolean }).reused || call.signal?.aborted) throw error;
    return send(url, call);
  }
}

function send(
  url: string,
  { method = 'GET', headers, body, idleMs, signal, connections }: HttpCall,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const secure = url.startsWith('https:');
    const options: RequestOptions = { method, headers, signal, agent: secure ? connections.https : connections.http };
    const request = (secure ? requestHttps : requestHttp)(url, options, (answer) => {
      // An answer given up unread ends in an error of its own, which would end the process.
      answer.on('error', () => undefined);
      resolve(answer);
    });
    request.setTimeout(idleMs, () => request.destroy(new Error(`nothing was heard for ${idleMs / 1000} s`)));
    request.on('error', (error: NodeJS.ErrnoException) => {
      reject(Object.assign(error, { reused: request.reusedSocket && error.code === 'ECONNRESET' }));
    });
    request.end(body);
  });
}
