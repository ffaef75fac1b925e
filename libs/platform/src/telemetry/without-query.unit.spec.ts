import { incomingAttributes, outgoingAttributes } from './without-query.js';

describe('the span of a request', () => {
  it('that came in does not have its query string', () => {
    expect(incomingAttributes({ url: '/api/v1/session?access_token=wbt_secret' })).toEqual({
      'url.query': '(redacted)',
    });
    expect(incomingAttributes({ url: '/api/v1/session' })).toEqual({});
    expect(incomingAttributes({})).toEqual({});
  });

  it('that goes out has the address only', () => {
    const request = { protocol: 'https:', hostname: 's3.example', port: 9000, path: '/bucket/a?X-Amz-Signature=abc' };
    expect(outgoingAttributes(request)).toEqual({ 'url.full': 'https://s3.example:9000/bucket/a?(redacted)' });
    expect(outgoingAttributes({ host: 'idp.example', path: '/token?code=1' })).toEqual({
      'url.full': 'http://idp.example/token?(redacted)',
    });
    expect(outgoingAttributes({ hostname: 's3.example', path: '/bucket/a' })).toEqual({});
  });
});
