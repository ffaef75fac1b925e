/** Version that the agent names at enrolment and in its inventory. */
export const AGENT_VERSION = '0.1.0';
