import type { AgentConfig } from '../config/agent-config.js';
import { HttpFleetDoor } from '../door/http-fleet-door.js';
import { httpConnections } from '../http/http-request.js';
import { askAgent } from '../local/local-client.js';
import { journalIn, socketIn } from '../root/state-layout.js';
import { type Check, failed, ok } from './check.js';
import { agentCheck, type AgentAnswer, journalCheck } from './checks/agent.checks.js';
import { diskCheck } from './checks/disk.check.js';
import { clockCheck, serverCheck, tlsCheck } from './checks/door.checks.js';
import { brokerCheck, enrolmentCheck, objectStoreCheck, UNKNOWN } from './checks/link.checks.js';
import { nameCheck } from './checks/name.check.js';
import { permissionsCheck } from './checks/permissions.check.js';
import { probeDoor } from './door-probe.js';
import { openLink } from './link.js';
import { readStoredState } from './stored-state.js';

/** What can be checked where the configuration is wrong: the rest needs it. */
export function checksWithoutConfig(sentence: string, state: string): Check[] {
  const configuration = failed(sentence, 'Mend the setting; waybill-agent --help lists all of them.');
  return [{ name: 'configuration', run: () => configuration }, permissionsCheck(state), ...checksOfAgent(state)];
}

/** All checks of this computer's agent, in the order of which one explains the next. Questions that several need are asked once. */
export function checksOf(config: AgentConfig): Check[] {
  const { server, state, root, proxies, allowPlaintext } = config;
  const connections = httpConnections({ proxies });
  const door = new HttpFleetDoor(server, connections, allowPlaintext);
  const probe = once(() => probeDoor(server, connections));
  const stored = readStoredState(journalIn(state));
  const agent = once(() => askHealth(state));
  const known = once(async () => {
    if (stored.kind === 'readable') return stored;
    if (stored.kind === 'missing') return { computerId: null, artifact: null };
    const answer = await agent();
    return typeof answer === 'string' ? null : answer;
  });
  const computerId = async () => {
    const state = await known();
    return state === null ? UNKNOWN : state.computerId;
  };
  const link = once(async () => {
    const [seen, id] = await Promise.all([probe(), computerId()]);
    if (id === null || id === UNKNOWN) throw new Error('this computer is not enrolled');
    return openLink(door, state, id, (seen.answered && seen.skewMs) || 0);
  });
  const ticketUrl = async ({ token }: { token: string }) => {
    const artifact = (await known())?.artifact ?? null;
    return artifact === null ? null : (await door.download(token, artifact)).url;
  };
  const ofDoor = { server, pinned: config.ca !== undefined, probe };
  const ofLink = { computerId, link, connections, ticketUrl };
  const ofAgent = { state, stored, agent };
  const { host, whose } = firstHop(config);
  return [
    { name: 'configuration', run: () => ok(`The agent belongs to ${server}.`) },
    nameCheck(host, whose),
    serverCheck(ofDoor),
    tlsCheck(ofDoor),
    clockCheck(ofDoor),
    enrolmentCheck(ofLink),
    brokerCheck(ofLink),
    objectStoreCheck(ofLink),
    diskCheck(state, root),
    permissionsCheck(state),
    journalCheck(ofAgent),
    agentCheck(ofAgent),
  ];
}

function checksOfAgent(state: string): Check[] {
  const parts = { state, stored: readStoredState(journalIn(state)), agent: once(() => askHealth(state)) };
  return [journalCheck(parts), agentCheck(parts)];
}

/** Through a proxy it is the proxy that resolves the name of the server. */
function firstHop({ server, proxies }: AgentConfig): { host: string; whose: 'server' | 'proxy' } {
  const { hostname: host, protocol } = new URL(server);
  const proxy = protocol === 'https:' ? proxies?.https : proxies?.http;
  const excepted = proxies?.except
    ?.split(',')
    .map((name) => name.trim())
    .some((name) => host === name || host.endsWith(`.${name.replace(/^\*?\./, '')}`));
  return proxy === undefined || excepted
    ? { host, whose: 'server' }
    : { host: new URL(proxy).hostname, whose: 'proxy' };
}

/** A sentence when no agent answers. */
async function askHealth(state: string): Promise<AgentAnswer | string> {
  try {
    const answer = await askAgent(socketIn(state), { v: 1, do: 'health' });
    return answer.ok && 'health' in answer ? answer.health : null;
  } catch (error) {
    return (error as Error).message;
  }
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  return () => (asked ??= ask());
}
