import { computerUser, type SessionResponse, WaybillError } from '@waybill/contracts/agent';
import type { FleetDoor } from '../door/fleet-door.js';
import { readAgentKey } from '../identity/agent-key.js';
import { clientAssertion } from '../identity/client-assertion.js';
import { BrokerConnection } from '@waybill/messaging/client';

/** What the server gives this computer. */
export interface Link {
  token: string;
  session: SessionResponse;
}

/**
 * Fetches a token with the computer's key, and its session, as the agent does.
 * @param skewMs of this computer's clock, so that a wrong clock is one failed check and not two
 */
export async function openLink(door: FleetDoor, state: string, computerId: string, skewMs: number): Promise<Link> {
  const assertion = await clientAssertion(readAgentKey(state), computerId, Date.now() - skewMs);
  const { access_token: token } = await door.token(assertion);
  return { token, session: await door.session(token) };
}

/**
 * Logs in to the broker and leaves again.
 * @throws the reason of the broker or of the network
 */
export async function logIn({ token, session }: Link, computerId: string, timeoutMs: number): Promise<void> {
  const user = computerUser(computerId);
  const connection = new BrokerConnection({
    ...session.broker,
    name: `${user}/doctor`,
    credentials: () => ({ username: user, password: token }),
  });
  const reason = new Promise<never>((_, reject) => connection.once('attemptFailed', reject));
  try {
    await Promise.race([connection.ready(timeoutMs), reason]);
  } finally {
    reason.catch(() => undefined);
    await connection.close();
  }
}

/** What to call a failure of the door. */
export function doorWords(error: unknown): string {
  return error instanceof WaybillError ? `${error.detail} (${error.code})` : (error as Error).message;
}
