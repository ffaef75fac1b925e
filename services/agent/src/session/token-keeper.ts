import type { FleetDoor } from '../door/fleet-door.js';
import type { AgentKey } from '../identity/agent-key.js';
import { clientAssertion } from '../identity/client-assertion.js';
import { BackOff } from '../retry/back-off.js';
import type { Clock } from '../time/clock.js';

export interface AccessToken {
  value: string;
  /** epoch milliseconds of this computer's own clock, as time-outs need it */
  expiresAt: number;
}

export interface TokenKeeperParts {
  door: FleetDoor;
  key: AgentKey;
  computerId: string;
  clock: Clock;
  /** Called with every token that was fetched before the old one ran out. */
  onRenewed(token: AccessToken): void;
  /** Called after a renewal that nobody asked for: two thirds of the token's life are over. */
  onRenewedInTime?(): void;
  random?: () => number;
}

/** Keeps a valid access token: fetched with the computer's key, renewed at two thirds of its life, with jitter. */
export class TokenKeeper {
  private token: AccessToken | null = null;
  private fetching: Promise<AccessToken> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly backOff: BackOff;
  private readonly random: () => number;
  private stopped = false;

  constructor(private readonly parts: TokenKeeperParts) {
    this.random = parts.random ?? Math.random;
    this.backOff = new BackOff(5_000, 120_000, this.random);
  }

  /** A token that is good for a while; @throws WaybillError when none can be had. */
  async current(): Promise<AccessToken> {
    if (this.token && this.token.expiresAt - Date.now() > 30_000) return this.token;
    return this.renew();
  }

  /** A new token, with the rights of this moment. Calls at the same time share one request. */
  renew(): Promise<AccessToken> {
    this.fetching ??= this.fetch().finally(() => (this.fetching = null));
    return this.fetching;
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private async fetch(): Promise<AccessToken> {
    const { door, key, computerId, clock } = this.parts;
    const asked = Date.now();
    const answer = await door.token(await clientAssertion(key, computerId, clock.now()));
    const life = answer.expires_in * 1000;
    const renewal = this.token !== null;
    this.token = { value: answer.access_token, expiresAt: asked + life };
    this.backOff.reset();
    // Two thirds, give or take a tenth: agents that started together do not renew together.
    this.renewIn(life * (2 / 3) * (0.9 + 0.2 * this.random()));
    if (renewal) this.parts.onRenewed(this.token);
    return this.token;
  }

  private renewIn(milliseconds: number): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.renew().then(
        () => this.parts.onRenewedInTime?.(),
        (error: unknown) => this.renewIn(1_000 + this.backOff.next(error)),
      );
    }, milliseconds);
    this.timer.unref();
  }
}
