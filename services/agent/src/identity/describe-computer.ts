import type { EnrolRequest } from '@waybill/contracts/agent';
import type { AgentConfig } from '../config/agent-config.js';
import { AGENT_VERSION } from '../version.js';
import type { AgentKey } from './agent-key.js';
import { platformFacts } from './platform-facts.js';

/** What the computer says of itself when it enrols. */
export function describeComputer(
  { hostname, attributes, root }: Pick<AgentConfig, 'hostname' | 'attributes' | 'root'>,
  { publicKey }: AgentKey,
): Omit<EnrolRequest, 'token'> {
  return { publicKey, hostname, attributes, agentVersion: AGENT_VERSION, ...platformFacts(root) };
}
