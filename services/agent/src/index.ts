export { startAgent } from './agent.js';
export { type AgentConfig, loadAgentConfig } from './config/agent-config.js';
