import type { Manifest } from '@waybill/contracts';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { frozenManifest } from '../manifest/manifest-artifacts.js';
import { differences } from './differing-content.js';
import { judgeVersion } from './judge-version.js';

const stored = (digit: string) =>
  new Map(
    ['acme-ledger_2.4.0_amd64.deb', 'check-terminal.sh'].map((file) => [file, { sha256: digit.repeat(64), size: 1 }]),
  );
const ours = frozenManifest(ledgerManifest(), 'semver', stored('a'));
const judge = (status: 'draft' | 'published' | 'withdrawn', manifest: Manifest) =>
  judgeVersion({ status, manifest }, ours);

describe('a version that is there already', () => {
  it('is gone on with when it is the same draft, also one that leaves open what is filled in', () => {
    expect(judge('draft', ours)).toBe('draft');
    expect(judge('draft', ledgerManifest())).toBe('draft');
  });

  it('is left as it is when it is published with the same content', () => {
    expect(judge('published', ours)).toBe('published');
  });

  it('is refused when it has other content, and the places are named', () => {
    const other = frozenManifest(ledgerManifest({ title: 'Ledger' }), 'semver', stored('b'));
    const places = '/title, /variants/0/artifacts/0/sha256, /variants/0/artifacts/1/sha256';
    expect(() => judge('published', other)).toThrow(`published already with other content (it differs at ${places})`);
    expect(() => judge('draft', other)).toThrow(`as a draft with other content (it differs at ${places})`);
    expect(() => judge('draft', { ...ours, versionScheme: 'debian' })).toThrow('differs at /versionScheme');
  });

  it('is refused when it was withdrawn', () => {
    expect(() => judge('withdrawn', ours)).toThrow('was withdrawn');
  });
});

describe('differences', () => {
  it('are none between two writings of the same', () => {
    expect(differences({ a: [1, { b: null }], c: 1 }, { c: 1, a: [1, { b: null }] })).toEqual([]);
  });

  it('name places by JSON pointer, and only some of many', () => {
    expect(differences({ 'a/b': 1, c: [1, 2] }, { 'a/b': 2, c: [1] })).toEqual(['/a~1b', '/c/1']);
    expect(differences([1], { 0: 1 })).toEqual(['/']);
    expect(differences({ a: null }, {})).toEqual(['/a']);
    expect(differences(Array(9).fill(1), [])).toEqual(['/0', '/1', '/2', '/3', '/4', '4 more']);
  });
});
