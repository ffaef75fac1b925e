export { startAgent } from './agent.js';
export { AGENT_VERSION } from './version.js';
export { type AgentConfig, loadAgentConfig } from './config/agent-config.js';
