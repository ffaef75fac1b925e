import { computerIdOfUser, computerUser } from '@waybill/contracts';
import { SignJWT } from 'jose';
import type { ServiceKey } from '@waybill/trust';
import type { LiveConnection } from './presence.repository.js';

const TIMEOUT_MS = 15_000;

/** Life of the token a request is made with, seconds. */
const TOKEN_LIFE = 60;
const OPERATOR = 'fleet-operator';

interface ListedConnection {
  name?: string;
  user?: string;
  /** epoch milliseconds */
  connected_at?: number;
}

/**
 * The two calls to RabbitMQ's management API that fleet needs. Closing another user's connection takes an administrator
 * (401 for `monitoring`, tried on 4.3.6). Instead of a standing administrator's password each request carries
 * a token of one minute, signed with the key that the broker trusts for agents anyway.
 */
export class BrokerManagement {
  private readonly origin: string;

  /** @param url `http(s)://host:port`; a user and password in it are not used */
  constructor(
    url: string,
    private readonly vhost: string,
    private readonly key: ServiceKey,
  ) {
    this.origin = new URL(url).origin;
  }

  /**
   * Connections of agents, in one answer: paging would miss those that move between pages while others come and go.
   * The broker's list is some seconds behind (seen: more than one, less than seven).
   * @throws Error when the broker does not answer as expected
   */
  async agentConnections(): Promise<LiveConnection[]> {
    const response = await this.request(
      'GET',
      `/api/vhosts/${encodeURIComponent(this.vhost)}/connections?columns=name,user,connected_at`,
    );
    return ((await response.json()) as ListedConnection[]).flatMap(agentConnection);
  }

  /** Closes what the computer has open; nothing when it has nothing. @throws Error when the broker does not answer as expected */
  async closeConnections(computerId: string, reason: string): Promise<void> {
    await this.request('DELETE', `/api/connections/username/${encodeURIComponent(computerUser(computerId))}`, {
      'X-Reason': reason,
    });
  }

  private async request(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
    const authorization = `Basic ${Buffer.from(`${OPERATOR}:${await this.token()}`).toString('base64')}`;
    const response = await fetch(this.origin + path, {
      method,
      // RabbitMQ closes a connection after 5 s without requests, which a busy process would learn from a failed request
      headers: { ...headers, authorization, connection: 'close' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok || (method === 'DELETE' && response.status === 404)) return response;
    throw new Error(`the broker's management API answered ${response.status} to ${method} ${path.split('?')[0]}`);
  }

  private async token(): Promise<string> {
    const { kid, privateKey } = await this.key.current();
    const seconds = Math.floor(Date.now() / 1000);
    return new SignJWT({
      sub: OPERATOR,
      client_id: OPERATOR,
      aud: 'waybill',
      scope: 'waybill.tag:administrator',
      iat: seconds,
      exp: seconds + TOKEN_LIFE,
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid })
      .sign(privateKey);
  }
}

function agentConnection({ name, user, connected_at: connectedAt }: ListedConnection): LiveConnection[] {
  const computerId = computerIdOfUser(user ?? '');
  if (!name || connectedAt === undefined || computerId === null) return [];
  return [{ name, computerId, connectedAt: new Date(connectedAt) }];
}
