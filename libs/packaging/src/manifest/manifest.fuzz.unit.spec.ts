import { manifestJsonSchema, manifestSchema, validateManifest, WaybillError } from '@waybill/contracts';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { lintText } from '../lint/lint-text.js';
import { checkManifest } from './check-manifest.js';
import { allowedBy, nearlyAllowedBy, type Schema } from './json-schema.arbitraries.spec.js';

const schema = manifestJsonSchema() as Schema;
const bySchema = new Ajv2020({ strict: true }).compile(schema);

/**
 * What the JSON Schema cannot say, and lint and the server refuse all the same: each with a manifest that shows it. The agent's schema
 * knows the first as well; the others it need not know, no server publishes such a manifest.
 */
const [variant] = ledgerManifest().variants;
const withVariant = (change: object) => ledgerManifest({ variants: [{ ...variant!, ...change }] });
const WANTED: [why: string, message: RegExp, manifest: unknown][] = [
  [
    'no expression tells how long a time is',
    /must be longer than 0|must be at most P7D/,
    withVariant({ timeout: 'PT0S' }),
  ],
  ['a reference to another part', /is not among the variant's artifacts/, withVariant({ hooks: { before: 'no.sh' } })],
  [
    'two items with the same name',
    /is listed twice/,
    withVariant({ artifacts: [...variant!.artifacts, variant!.artifacts[0]] }),
  ],
  [
    'what one part demands of another',
    /needs at least one detection rule/,
    withVariant({ installer: { type: 'script', file: 'check-terminal.sh' }, detection: undefined }),
  ],
  ['two parts that must agree', /differs from what another variant says/, disagreeing()],
  [
    'which versions a scheme knows',
    /is not a version of versionScheme|use a semantic version/,
    ledgerManifest({ version: '2.4', versionScheme: 'semver' }),
  ],
  [
    'text that the database cannot hold',
    /must not contain control characters/,
    ledgerManifest({ publisher: 'a\u0000b' }),
  ],
  ['the size of the whole', /The manifest has \d+ bytes; at most/, tooLarge()],
];
/** Those that every reader of manifests knows. */
const KNOWN_TO_ALL = WANTED.slice(0, 1);

function disagreeing() {
  const artifacts = ['a', 'b'].map((digit) => [{ file: 'check-terminal.sh', sha256: digit.repeat(64) }]);
  return ledgerManifest({ variants: artifacts.map((one) => ({ ...variant!, artifacts: one, requirements: [] })) });
}
function tooLarge() {
  const artifacts = Array.from({ length: 1000 }, (_, i) => ({ file: `${'f'.repeat(200)}${i}` }));
  return ledgerManifest({ variants: [1, 2].map(() => ({ ...variant!, artifacts, requirements: [] })) });
}

/** How each reader judges a document; undefined: it takes it. */
function judged(document: unknown) {
  const text = JSON.stringify(document);
  // as it arrives: keys that are undefined are not there
  const value = JSON.parse(text) as unknown;
  const agent = manifestSchema.safeParse(value);
  const contracts = validateManifest(value);
  const lint = lintText(Buffer.from(text)).findings.filter(({ severity }) => severity === 'error');
  return {
    schema: bySchema(value),
    agent: agent.success ? [] : agent.error.issues.map(({ message }) => message),
    contracts: contracts.ok ? [] : contracts.errors.map(({ message }) => message),
    server: serverErrors(value),
    lint: lint.map(({ message }) => message),
  };
}

function serverErrors(value: unknown): string[] {
  try {
    checkManifest(value as object, (value as { package?: string } | null)?.package ?? '');
    return [];
  } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    return error.errors?.length ? error.errors.map(({ message }) => message) : [error.detail];
  }
}

const isWanted = (wanted: typeof WANTED) => (message: string) => wanted.some(([, pattern]) => pattern.test(message));

function expectAgreement(document: unknown): boolean {
  const { schema: allowed, agent, contracts, server, lint } = judged(document);
  if (!allowed) {
    // nobody takes what the schema refuses
    expect([agent.length, contracts.length, server.length, lint.length].map(Math.sign)).toEqual([1, 1, 1, 1]);
    return false;
  }
  expect(agent.filter((message) => !isWanted(KNOWN_TO_ALL)(message))).toEqual([]);
  for (const refused of [contracts, server, lint]) expect(refused.filter((one) => !isWanted(WANTED)(one))).toEqual([]);
  // whoever knows more refuses more; lint and server are one
  expect(Math.sign(lint.length)).toBe(Math.sign(server.length));
  if (agent.length > 0) expect(contracts).not.toEqual([]);
  if (contracts.length > 0) expect(server).not.toEqual([]);
  return lint.length === 0;
}

describe('schema, agent, server and lint', () => {
  it.each(WANTED)('differ where they must: %s', (_, message, manifest) => {
    const { schema: allowed, agent, server, lint } = judged(manifest);
    expect(allowed).toBe(true);
    expect(server).toContainEqual(expect.stringMatching(message));
    expect(lint).toContainEqual(expect.stringMatching(message));
    expect(agent.length > 0).toBe(KNOWN_TO_ALL.some(([, known]) => known === message));
  });

  it('judge whatever the schema allows the same', () => {
    fc.assert(
      fc.property(allowedBy(schema), (document) => {
        expect(bySchema(document)).toBe(true);
        expectAgreement(document);
      }),
      { numRuns: 300 },
    );
  });

  it('judge what is nearly allowed the same', () => {
    // one that all take is the beginning of half of them: what the schema makes is seldom right in all its references
    const sound = fc.constant(null).map(() => JSON.parse(JSON.stringify(ledgerManifest())) as unknown);
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(nearlyAllowedBy(schema), nearlyAllowedBy(schema, sound)), (document) => {
        if (expectAgreement(document)) taken++;
      }),
      { numRuns: 1500 },
    );
    // else nothing was compared but refusals
    expect(taken).toBeGreaterThan(20);
  });
});
