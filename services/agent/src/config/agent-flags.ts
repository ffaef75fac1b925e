import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.js';

export interface AgentFlags {
  server?: string;
  token?: string;
  'token-file'?: string;
  ca?: string;
  'root-key'?: string;
  state?: string;
  root?: string;
  config?: string;
  help?: boolean;
}

export const AGENT_HELP = `Usage: waybill-agent --server URL [--ca FILE] [--state DIR] [--root DIR] [--config FILE]

  --server URL    address of the agent door, e.g. https://fleet.example.org  WAYBILL_AGENT_SERVER
  --token SECRET  enrolment token, needed once; for trying out only          WAYBILL_AGENT_TOKEN
  --token-file F  file that holds it                                         WAYBILL_AGENT_TOKEN_FILE
  --ca FILE       certificates (PEM) that alone are believed                 WAYBILL_AGENT_CA_FILE
  --root-key FP   trust this root key only: sha256:… as npm run keys shows   WAYBILL_AGENT_ROOT_KEY
  --state DIR     key, journal and downloads (/var/lib/waybill-agent)        WAYBILL_AGENT_STATE
  --root DIR      tree to manage (/), another one serves tests and chroots   WAYBILL_AGENT_ROOT
  --config FILE   JSON file with these settings (/etc/waybill-agent/agent.json)  WAYBILL_AGENT_CONFIG
  --help          this text

Everybody on the computer can read a command line: outside of trials let waybill-agent enrol take the token.
WAYBILL_AGENT_PUBLISHERS=organisation takes only software that the organisation's own key signed, none that the package service's did.
WAYBILL_AGENT_ALLOW_PLAINTEXT names links that may go over a network unencrypted: door, broker, downloads.
Also by environment: WAYBILL_AGENT_HOSTNAME, WAYBILL_AGENT_ATTRIBUTES (department=accounting,site=osaka),
WAYBILL_AGENT_BANDWIDTH (bytes per second for all downloads, by the computer's clock: 500KiB@MO-FR 08:00-18:00, 0B@SU, 10MiB),
WAYBILL_AGENT_PROXY (http://proxy:3128; default HTTPS_PROXY and HTTP_PROXY), WAYBILL_AGENT_NO_PROXY, WAYBILL_AGENT_LOG_LEVEL,
WAYBILL_AGENT_SESSIONS (/run/user, where users who are logged in are found), WAYBILL_AGENT_RESTART_COMMAND (instead of shutdown).

To have this computer join: waybill-agent enrol --help.
To find out why it does not work: waybill-agent doctor [--json]. Which version it is: waybill-agent --version.
To ask the agent that runs on this computer: waybill-agent status | postpone | install-now | restart, each with --help.
`;

/** @throws ConfigError for an unknown flag or one without its value */
export function parseFlags(args: readonly string[]): AgentFlags {
  try {
    const text = { type: 'string' } as const;
    const options = {
      server: text,
      token: text,
      'token-file': text,
      ca: text,
      'root-key': text,
      state: text,
      root: text,
      config: text,
      help: { type: 'boolean' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigError(`${(error as Error).message} See --help.`);
  }
}
