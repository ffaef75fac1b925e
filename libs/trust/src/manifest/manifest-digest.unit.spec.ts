import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { manifestDigest } from './canonical-manifest.js';

describe('manifest digest', () => {
  it('stays what it was: agents and signatures depend on it', () => {
    expect(manifestDigest(ledgerManifest())).toBe(
      'sha256:bd373ce5561d28b46b34fe149ebc8ed9687b3e6a121fddef0bcc5f0895b7b876',
    );
  });

  it('does not depend on the order of keys', () => {
    const { package: name, version, ...rest } = ledgerManifest();
    expect(manifestDigest({ ...rest, version, package: name })).toBe(manifestDigest(ledgerManifest()));
  });

  it('depends on every value', () => {
    expect(manifestDigest(ledgerManifest({ title: 'Acme ledger' }))).not.toBe(manifestDigest(ledgerManifest()));
  });
});
