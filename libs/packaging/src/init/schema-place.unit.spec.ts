import { schemaPlace } from './schema-place.js';

describe('the place of the JSON Schema', () => {
  it.each([
    ['/src/waybill/packages/acme', undefined, '../../libs/contracts/schema/manifest.schema.json'],
    ['/src/waybill', undefined, 'libs/contracts/schema/manifest.schema.json'],
    ['/home/jane/acme', undefined, undefined],
    ['/src', undefined, undefined],
    ['/src/waybill-packages/acme', undefined, undefined],
    ['/src/waybill/..acme', undefined, '../libs/contracts/schema/manifest.schema.json'],
    ['/home/jane/acme', 'https://waybill.example', 'https://waybill.example/manifest.schema.json'],
    ['/src/waybill/packages/acme', 'https://waybill.example', 'https://waybill.example/manifest.schema.json'],
  ])('of a manifest in %s, with server %s, is %s', (directory, server, place) => {
    expect(schemaPlace(directory, server, '/src/waybill/')).toBe(place);
  });
});
