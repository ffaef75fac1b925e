import type { LookupOptions } from 'node:dns';
import { isPublicAddress, publicLookup } from './receiver-address.js';
import { receiverUrlFault } from './receiver-url.js';

describe('an address of the internet', () => {
  it.each(['8.8.8.8', '93.184.216.34', '172.15.255.255', '172.32.0.1', '2606:4700::1', '2a00:1450:4001::200e'])(
    '%s is one',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ['this computer', '127.0.0.1', '127.9.9.9', '::1', '::', '0.0.0.0', '0.1.2.3'],
    ['a private network', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd12::1', 'fec0::1'],
    ['link-local, where clouds keep credentials', '169.254.169.254', '169.254.170.2', 'fe80::1', 'fd00:ec2::254'],
    ['a host of a cloud', '100.100.100.200', '192.0.0.192', '168.63.129.16'],
    [
      'one of these in other clothes',
      '::ffff:10.0.0.1',
      '::127.0.0.1',
      '64:ff9b::a9fe:a9fe',
      '2002:7f00:1::',
      '2001::1',
    ],
    [
      'none that is routed',
      '224.0.0.1',
      '255.255.255.255',
      '240.0.0.1',
      '198.18.0.1',
      '203.0.113.9',
      'ff02::1',
      '5f00::1',
    ],
    ['no address', 'localhost', '', '10.0.0', '1.2.3.4.5'],
  ])('%s is none', (_what, ...addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });
});

describe('a name', () => {
  /** What a socket is told of a name that leads to these addresses. */
  const look = (addresses: string[], options: LookupOptions) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return new Promise((resolve, reject) =>
      publicLookup((_host, _options, callback) => callback(null, found))(
        'hooks.example.org',
        options,
        (error, address) => (error ? reject(error) : resolve(address)),
      ),
    );
  };

  it('is looked up for a socket when all that it leads to is public', async () => {
    const addresses = ['93.184.216.34', '2606:4700::1'];
    expect(await look(addresses, { all: true })).toHaveLength(2);
    expect(await look(addresses, {})).toBe('93.184.216.34');
  });

  it.each([[['127.0.0.1']], [['93.184.216.34', '10.0.0.1']], [['169.254.169.254']], [[]]])(
    'that leads to %j is refused',
    async (addresses) => {
      await expect(look(addresses, { all: true })).rejects.toThrow('WAYBILL_WEBHOOK_ORIGINS');
      await expect(look(addresses, {})).rejects.toThrow('hooks.example.org is an address of');
    },
  );
});

describe("a webhook's url", () => {
  const named = new Set(['http://10.1.2.3:8080', 'https://erp.corp.example']);

  it.each([
    'https://hooks.example.org/waybill?tenant=1',
    'https://hooks.example.org:8443/',
    'https://8.8.8.8/',
    'http://10.1.2.3:8080/in',
    'https://erp.corp.example/in',
  ])('may be %s', (url) => expect(receiverUrlFault(url, named)).toBeNull());

  it.each([
    ['hooks.example.org', 'must be an https URL'],
    ['ftp://hooks.example.org/', 'must be an https URL'],
    ['file:///etc/passwd', 'must be an https URL'],
    [`https://hooks.example.org/${'x'.repeat(2000)}`, 'at most 2000 characters'],
    ['https://user:secret@hooks.example.org/', 'user name or password'],
    ['https://hooks.example.org/#part', 'fragment'],
    ['http://hooks.example.org/', 'must be https'],
    ['http://10.1.2.3:8081/', 'must be https'],
    ['https://10.1.2.3:8080/', 'must lead to the internet'],
    ['https://127.0.0.1/', 'must lead to the internet'],
    ['https://0x7f.1/', '127.0.0.1 is an address'],
    ['https://2130706433/', '127.0.0.1 is an address'],
    ['https://[::1]/', '::1 is an address'],
    ['https://[::ffff:169.254.169.254]/', 'must lead to the internet'],
    ['https://169.254.169.254/latest/meta-data', 'must lead to the internet'],
  ])('may not be %s: it %s', (url, fault) => expect(receiverUrlFault(url, named)).toContain(fault));
});
