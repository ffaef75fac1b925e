/** Set by `npm run package:agent -- --version`. */
declare const WAYBILL_BUILD_VERSION: string | undefined;

/** Version that the agent names at enrolment and in its inventory. */
export const AGENT_VERSION = typeof WAYBILL_BUILD_VERSION === 'string' ? WAYBILL_BUILD_VERSION : '0.1.0';
