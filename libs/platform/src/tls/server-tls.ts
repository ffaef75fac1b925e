import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config/load-config.js';

export interface Identity {
  /** PEM: the certificate, then those between it and the root */
  certificate: string;
  /** PEM */
  key: string;
}

/** What Node's HTTPS server is made with. */
export interface ServerTls {
  cert: string;
  key: string;
  minVersion: 'TLSv1.2';
}

/**
 * How a server of ours speaks TLS: 1.2 or newer.
 * @throws ConfigError when certificate and key do not belong together
 */
export function serverTls({ certificate, key }: Identity): ServerTls {
  const options: ServerTls = { cert: certificate, key, minVersion: 'TLSv1.2' };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new ConfigError(
      `WAYBILL_TLS_CERT and WAYBILL_TLS_KEY must be a certificate and its key in PEM (${(error as Error).message}).`,
    );
  }
  return options;
}
