import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  type CatalogueItem,
  type CatalogueResponse,
  type DesiredStateResponse,
  type DownloadTicket,
  type EnrolRequest,
  type EnrolResponse,
  type ErrorKind,
  type InventoryRequest,
  isProtected,
  type OfferRequestView,
  type SessionResponse,
  type TokenResponse,
  WaybillError,
} from '@waybill/contracts/agent';
import type { AgentLink } from '../config/agent-config.js';
import { httpConnections, type HttpConnections, httpRequest } from '../http/http-request.js';
import { type RetryAfter, retryAfterMs } from '../retry/retry-after.js';
import type { FleetDoor } from './fleet-door.js';

const TIMEOUT_MS = 30_000;
const compress = promisify(gzip);

const KINDS: Record<number, ErrorKind> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  413: 'tooLarge',
  422: 'invalid',
};

interface Call {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  accessToken?: string;
  body?: object;
  compressed?: boolean;
}

/** {@link FleetDoor} over HTTP. */
export class HttpFleetDoor implements FleetDoor {
  /**
   * @param server address without a trailing slash
   * @param connections many simulated agents share one pool
   * @param allowPlaintext links of the server's that may be unencrypted over a network
   */
  constructor(
    private readonly server: string,
    private readonly connections: HttpConnections = httpConnections(),
    private readonly allowPlaintext: readonly AgentLink[] = [],
  ) {}

  enrol(body: EnrolRequest): Promise<EnrolResponse> {
    return this.call({ method: 'POST', path: '/enrol', body });
  }

  token(assertion: string): Promise<TokenResponse> {
    const body = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
    return this.call({ method: 'POST', path: '/token', body });
  }

  async session(accessToken: string): Promise<SessionResponse> {
    const session = await this.call<SessionResponse>({ method: 'GET', path: '/session', accessToken });
    this.demandProtected('broker', session.broker.url);
    return session;
  }

  desiredState(accessToken: string): Promise<DesiredStateResponse> {
    return this.call({ method: 'GET', path: '/desired-state', accessToken });
  }

  async download(accessToken: string, sha256: string): Promise<DownloadTicket> {
    const ticket = await this.call<DownloadTicket>({ method: 'POST', path: `/downloads/${sha256}`, accessToken });
    this.demandProtected('downloads', ticket.url);
    return ticket;
  }

  async catalogue(accessToken: string): Promise<CatalogueItem[]> {
    return (await this.call<CatalogueResponse>({ method: 'GET', path: '/catalogue', accessToken })).items;
  }

  take(accessToken: string, offerId: string, requestId: string): Promise<OfferRequestView> {
    return this.call({ method: 'POST', path: `/catalogue/${offerId}/requests`, accessToken, body: { requestId } });
  }

  async inventory(accessToken: string, body: InventoryRequest): Promise<void> {
    await this.call({ method: 'PUT', path: '/inventory', accessToken, body, compressed: true });
  }

  /** The server may name an address by mistake that would show a token to the network. */
  private demandProtected(link: AgentLink, url: string): void {
    if (isProtected(url) || this.allowPlaintext.includes(link)) return;
    const { protocol, host } = new URL(url);
    throw new WaybillError(
      'invalid',
      'link.plaintext',
      `The server names ${protocol}//${host}, which is not encrypted: let it use TLS, or name "${link}" in WAYBILL_AGENT_ALLOW_PLAINTEXT.`,
    );
  }

  private async call<T>({ method, path, accessToken, body, compressed }: Call): Promise<T> {
    const json = body && JSON.stringify(body);
    const headers = {
      accept: 'application/json',
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
      ...(json && { 'content-type': 'application/json' }),
      ...(compressed && { 'content-encoding': 'gzip' }),
    };
    let status: number;
    let text = '';
    let retryAfter: number | undefined;
    try {
      const content = json && compressed ? await compress(json) : json;
      const length = { 'content-length': String(Buffer.byteLength(content ?? '')) };
      const answer = await httpRequest(`${this.server}/agent/v1${path}`, {
        method,
        headers: method === 'GET' ? headers : { ...headers, ...length },
        body: content,
        idleMs: TIMEOUT_MS,
        connections: this.connections,
      });
      status = answer.statusCode ?? 0;
      retryAfter = retryAfterMs(answer.headers['retry-after'], Date.now());
      answer.setEncoding('utf8');
      for await (const chunk of answer) text += chunk as string;
    } catch (error) {
      throw new WaybillError('unavailable', 'door.unreachable', `${method} ${path}: ${(error as Error).message}`);
    }
    if (status >= 200 && status < 300) return parse(text) as T;
    throw Object.assign(refusal(status, parse(text), `${method} ${path}`), {
      retryAfterMs: retryAfter,
    } satisfies RetryAfter);
  }
}

function refusal(status: number, problem: unknown, call: string): WaybillError {
  const { code, detail } = (problem ?? {}) as { code?: unknown; detail?: unknown };
  const kind = KINDS[status] ?? (status < 500 && status !== 429 && status !== 408 ? 'invalid' : 'unavailable');
  return new WaybillError(
    kind,
    typeof code === 'string' ? code : `door.status${status}`,
    `${call}: ${typeof detail === 'string' ? detail : `HTTP ${status}`}`,
  );
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
