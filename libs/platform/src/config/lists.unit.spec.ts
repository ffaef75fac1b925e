import { isNetwork, isOrigin, listOf } from './lists.js';

describe('lists in variables', () => {
  it('are split at commas', () => expect(listOf(' a, b ,,')).toEqual(['a', 'b']));

  it.each(['https://console.example.org', 'http://127.0.0.1:3000'])('%s is an origin', (entry) =>
    expect(isOrigin(entry)).toBe(true),
  );
  it.each(['*', 'null', 'https://a.example/', 'https://a.example/x', 'a.example', 'ftp://a', 'https://u@a.example'])(
    '%s is none',
    (entry) => expect(isOrigin(entry)).toBe(false),
  );

  it.each(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'])('%s is a network', (entry) =>
    expect(isNetwork(entry)).toBe(true),
  );
  it.each(['proxy', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', '0.0.0'])('%s is none', (entry) =>
    expect(isNetwork(entry)).toBe(false),
  );
});
