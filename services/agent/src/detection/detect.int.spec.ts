import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DetectionRule } from '@waybill/contracts/agent';
import { benchOf } from '../../spec/bench.js';
import { put, temporary } from '../../spec/packages.js';
import { MARK_FILE } from '../installers/archive-mark.js';
import { judgeDeb } from './deb.detection.js';
import { detect } from './detect.js';
import { combine, type Presence } from './finding.js';

describe('detection', () => {
  const place = temporary('detect');
  let number = 0;
  afterAll(() => place.dispose());

  const bench = (detection: DetectionRule[], files: Record<string, string> = {}) => {
    const variant = { installer: { type: 'archive' as const, directory: '/opt/acme' }, detection };
    return benchOf(join(place.path, String(number++)), variant, { 'a.tar': 'x', ...files });
  };
  const file = (part: object = {}): DetectionRule => ({ file: { path: '/opt/acme/a', ...part } });
  const script: DetectionRule = { script: { file: 'check', timeout: 'PT1S' } };

  it.each<[string, Presence, DetectionRule[], string | undefined]>([
    ['a file that is there', 'present', [file()], 'x'],
    ['a file that is not there', 'absent', [file()], undefined],
    ['a file with another content', 'unknown', [file({ sha256: '0'.repeat(64) })], 'x'],
    ['one rule of two', 'unknown', [file(), { file: { path: '/opt/b' } }], 'x'],
    ['no rule of two', 'absent', [file(), { file: { path: '/opt/b' } }], undefined],
    ['a file that must not be there and is not', 'present', [file({ exists: false })], undefined],
    ['a file that must not be there and is', 'absent', [file({ exists: false })], 'x'],
    ['nothing, beside one that must not be there', 'absent', [file(), file({ path: '/b', exists: false })], undefined],
  ])('%s: %s', async (_, presence, rules, content) => {
    const work = bench(rules);
    if (content) put(join(work.paths.root, 'opt/acme/a'), content);
    expect(await detect(work)).toMatchObject({ presence });
  });

  it('does not know of a file that it cannot look at', async () => {
    const work = bench([file(), file({ sha256: '0'.repeat(64) })]);
    mkdirSync(join(work.paths.root, 'opt'));
    symlinkSync('acme', join(work.paths.root, 'opt/acme'));
    expect(await detect(work)).toMatchObject({ presence: 'unknown', evidence: expect.stringContaining('unreadable') });
  });

  it.each<[string, Presence, string]>([
    ['says yes', 'present', '#!/bin/sh\nexit 0\n'],
    ['says no', 'absent', '#!/bin/sh\nexit 1\n'],
    ['takes too long', 'unknown', '#!/bin/sh\nsleep 30\n'],
    ['cannot be started', 'unknown', '#!/no/such/shell\n'],
    ['lacks a program', 'unknown', '#!/bin/sh\nno-such-program\n'],
  ])('a script that %s: %s', async (_, presence, body) => {
    expect(await detect(bench([script], { check: body }))).toMatchObject({ presence });
  });

  it('does not take an archive mark that it cannot read for none', async () => {
    const work = bench([]);
    expect(await detect(work)).toMatchObject({ presence: 'absent' });
    mkdirSync(join(work.paths.root, 'opt/acme'), { recursive: true });
    expect(await detect(work)).toMatchObject({ presence: 'absent' });
    writeFileSync(join(work.paths.root, 'opt/acme', MARK_FILE), '{');
    expect(await detect(work)).toMatchObject({ presence: 'unknown' });
  });

  it.each([
    ['absent', []],
    ['absent', [['config-files', '1']]],
    ['present', [['installed', '1']]],
    ['unknown', [['installed', '2']]],
    ['unknown', [['half-installed', '1']]],
    ['unknown', [['unpacked', '1']]],
  ] as const)('a deb is %s for %j', (presence, states) => {
    const known = states.map(([status, version]) => ({ name: 'a', status, version }));
    expect(judgeDeb({ package: 'a', version: '1' }, known)).toMatchObject({ presence });
  });

  it('knows nothing without a rule', () => expect(combine([])).toMatchObject({ presence: 'unknown' }));
});
