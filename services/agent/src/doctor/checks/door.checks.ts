import { type Check, failed, ok, skipped } from '../check.js';
import type { DoorProbe } from '../door-probe.js';

const DAY_MS = 86_400_000;
/** A certificate that ends sooner than this is about to stop every agent. */
const SOON_MS = 7 * DAY_MS;
/** As in the inventory (agent.md). */
const MOST_SKEW_MS = 120_000;

const PINNED = 'the authorities of WAYBILL_AGENT_CA_FILE (the only ones that are believed)';
const SYSTEM = 'the authorities that Node.js brings';

/** Why TLS refuses, by the code of Node.js. */
const REFUSALS: Record<string, { found: string; advice: string }> = {
  CERT_HAS_EXPIRED: {
    found: 'has expired',
    advice: 'Have the certificate of the server renewed; see also whether the clock of this computer is right.',
  },
  CERT_NOT_YET_VALID: {
    found: 'is not valid yet',
    advice: 'Set the clock of this computer; if it is right, the certificate of the server is not.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    found: 'is for another name',
    advice: 'Use the name that stands in the certificate, or have the certificate made for the name that you use.',
  },
};
const CHAIN = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

/** True when the server was reached, and TLS is what failed. */
const isTls = (code: string) =>
  code in REFUSALS ||
  CHAIN.has(code) ||
  code.startsWith('ERR_SSL_') ||
  code.startsWith('ERR_TLS_') ||
  code === 'EPROTO';

export interface DoorCheckParts {
  server: string;
  /** whether the configuration names authorities of its own */
  pinned: boolean;
  probe(): Promise<DoorProbe>;
}

/** Whether somebody listens there and speaks HTTP as an agent door does. */
export function serverCheck({ server, probe }: DoorCheckParts): Check {
  return {
    name: 'server',
    async run() {
      const door = await probe();
      if (door.answered && door.status === 401) return ok(`The agent door at ${server} answers.`);
      if (door.answered) {
        const advice = 'Give the address of the agent door; if it is right, ask who runs the server or the proxy.';
        return failed(`${server} answers HTTP ${door.status}, which an agent door does not.`, advice);
      }
      if (isTls(door.code)) return ok(`${server} is reached; see tls.`);
      const advice =
        door.code === 'ECONNREFUSED'
          ? 'Nobody listens there: compare the port, and ask whether the server runs.'
          : 'See name, then the network, the firewall and the proxy (WAYBILL_AGENT_PROXY).';
      return failed(`${server} cannot be reached: ${door.message}.`, advice);
    },
  };
}

/** Chain, name and time of the server's certificate. */
export function tlsCheck({ server, pinned, probe }: DoorCheckParts): Check {
  return {
    name: 'tls',
    async run() {
      if (!server.startsWith('https:')) return skipped('The server is asked without TLS.');
      const door = await probe();
      if (!door.answered) {
        if (!isTls(door.code)) return skipped('The server is not reached.');
        const refusal = REFUSALS[door.code];
        if (refusal) return failed(`The certificate of the server ${refusal.found}: ${door.message}.`, refusal.advice);
        if (CHAIN.has(door.code)) {
          const found = `None of ${pinned ? PINNED : SYSTEM} vouches for the server: ${door.message}.`;
          return failed(
            found,
            'Give the certificate of your authority by WAYBILL_AGENT_CA_FILE; never turn the check off.',
          );
        }
        return failed(`TLS does not come about: ${door.message}.`, 'See whether the port speaks TLS at all.');
      }
      const { certificateEnds } = door;
      if (certificateEnds === null) return ok('The certificate of the server is believed.');
      const until = new Date(certificateEnds).toISOString().slice(0, 10);
      if (certificateEnds - Date.now() < SOON_MS)
        return failed(`The certificate of the server ends on ${until}.`, 'Have it renewed before that.');
      return ok(`The certificate of the server is believed; it ends on ${until}.`);
    },
  };
}

/** This computer's clock against the server's. */
export function clockCheck({ probe }: DoorCheckParts): Check {
  return {
    name: 'clock',
    async run() {
      const door = await probe();
      if (!door.answered) return skipped('The server does not answer, and its clock is what counts.');
      if (door.skewMs === null) return skipped('The server does not say what time it is.');
      const seconds = Math.round(Math.abs(door.skewMs) / 1000);
      if (Math.abs(door.skewMs) <= MOST_SKEW_MS)
        return ok(`The clock is within ${Math.max(1, seconds)} s of the server's.`);
      const found = `The clock is ${seconds} s ${door.skewMs > 0 ? 'ahead of' : 'behind'} the server's.`;
      return failed(found, 'Set it, and have it kept right: timedatectl set-ntp true.');
    },
  };
}
