import { X509Certificate } from 'node:crypto';
import { setDefaultCACertificates } from 'node:tls';

/**
 * From now on this process believes nobody but these authorities: every client in it (HTTP, AMQP, object storage, database)
 * asks Node for its default ones.
 * @param bundle certificates in PEM
 * @throws Error with a sentence when it holds none
 */
export function trustOnly(bundle: string): void {
  const certificates = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) throw new Error('there is no certificate (PEM) in it');
  for (const certificate of certificates) new X509Certificate(certificate);
  setDefaultCACertificates(certificates);
}
