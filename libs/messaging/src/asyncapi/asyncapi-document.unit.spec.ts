import { generateKeyPairSync, sign } from 'node:crypto';
import * as contracts from '@waybill/contracts';
import {
  COMMAND_TYPES,
  commandSchema,
  EVENT_CLASSES,
  EVENTS,
  EXCHANGES,
  FLEET_RPC,
  groupStream,
  inboxStream,
  JOB_RPC,
  PACKAGE_RPC,
  ProgressReport,
  REPORT_TYPES,
  RESULT_RPC,
  StatusReport,
  validateMessage,
} from '@waybill/contracts';
import type { ClassConstructor } from 'class-transformer';
import { SUBSCRIPTIONS, TOPOLOGY } from '../topology/topology.js';
import { contentCheck, DOCUMENT, payloadCheck } from './asyncapi-document.fixtures.spec.js';
import { brokenCopies } from './broken-copies.fixtures.spec.js';
import { GOLDEN_COMMANDS, GOLDEN_REPORTS } from './golden-commands.fixtures.spec.js';
import { GOLDEN_EVENTS } from './golden-events.fixtures.spec.js';
import { GOLDEN_RPC } from './golden-rpc.fixtures.spec.js';
import { replyKey, requestKey } from './messages.js';

const { channels, operations, components } = DOCUMENT;
const PATTERNS = [PACKAGE_RPC, FLEET_RPC, JOB_RPC, RESULT_RPC].flatMap((map) => Object.values<string>(map));

/** Keys of the messages that operations of this kind move. */
const moved = (action: 'send' | 'receive') =>
  Object.values(operations)
    .filter((operation) => operation.action === action)
    .flatMap(({ messages, reply }) => [...messages, ...(reply?.messages ?? [])])
    .map(({ $ref }) => $ref.split('/').at(-1));

describe('asyncapi.yaml: names', () => {
  it('has every event, request, reply, command and report, and each is sent and read by somebody', () => {
    const heard: string[] = SUBSCRIPTIONS.flatMap(({ events }) => [...events]);
    const others = [
      ...PATTERNS.flatMap((pattern) => [requestKey(pattern), replyKey(pattern)]),
      ...Object.values(COMMAND_TYPES),
      ...Object.values(REPORT_TYPES),
    ];
    expect(Object.keys(components.messages)).toEqual(expect.arrayContaining([...Object.values(EVENTS), ...others]));
    expect(moved('send')).toEqual(expect.arrayContaining([...Object.values(EVENTS), ...others]));
    expect(moved('receive')).toEqual(expect.arrayContaining([...heard, ...others]));
  });

  it('has every exchange, queue and stream of the topology, with its arguments', () => {
    const bindings = Object.values(channels).map(({ bindings: own }) => own?.amqp ?? {});
    for (const { exchanges, queues } of TOPOLOGY) {
      for (const { name, type } of exchanges)
        expect(bindings).toContainEqual(
          expect.objectContaining({ is: 'routingKey', exchange: expect.objectContaining({ name, type }) }),
        );
      for (const { name, arguments: declaration } of queues) {
        const shown = name.replace(/^cmd\.i\.\d+$/, 'cmd.i.{shard}').replace(/^.*\.dead$/, '{queue}.dead');
        expect(bindings).toContainEqual(
          expect.objectContaining({
            is: 'queue',
            queue: expect.objectContaining({ name: shown }),
            'x-arguments': declaration,
          }),
        );
      }
    }
  });

  it('names streams and dead-letter queues as the code does', () => {
    const filled = (key: string, values: Record<string, string>) =>
      channels[key]!.address!.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!);
    expect(filled('cmd.g', { groupId: 'g', generation: '2' })).toBe(groupStream('g', 2));
    expect(filled('cmd.i', { shard: '5' })).toBe(inboxStream(5));
    expect(channels['dead.services']!.parameters!['queue']!.enum).toEqual(SUBSCRIPTIONS.map(({ queue }) => queue));
    expect(channels[`${EXCHANGES.dead}.agents`]!.parameters!['queue']!.enum).toEqual(['reports.status']);
  });
});

/** What the code itself makes of a body. */
type Judge = (body: unknown) => boolean;
const byClass =
  (type: ClassConstructor<object>): Judge =>
  (body) =>
    validateMessage(type, body).ok;

/** Class that a message's body is checked against, found by the name of its schema. */
function classOf(key: string): ClassConstructor<object> {
  const name = components.messages[key]!.payload.$ref!.split('/').at(-1)!;
  return (contracts as unknown as Record<string, ClassConstructor<object>>)[name]!;
}

const CASES: [key: string, golden: object, judge: Judge][] = [
  ...Object.entries(GOLDEN_EVENTS).map(([type, golden]): [string, object, Judge] => [
    type,
    golden,
    byClass(EVENT_CLASSES[type as keyof typeof EVENT_CLASSES]),
  ]),
  ...Object.entries(GOLDEN_RPC).map(([pattern, { request }]): [string, object, Judge] => [
    requestKey(pattern),
    request,
    byClass(classOf(requestKey(pattern))),
  ]),
  [REPORT_TYPES.status, GOLDEN_REPORTS[REPORT_TYPES.status], byClass(StatusReport)],
  [REPORT_TYPES.progress, GOLDEN_REPORTS[REPORT_TYPES.progress], byClass(ProgressReport)],
  ...Object.entries(GOLDEN_COMMANDS).map(([type, golden]): [string, object, Judge] => [
    type,
    golden,
    (body) => commandSchema.safeParse(body).success,
  ]),
];

/** Fields of answers that may be absent. */
const OPTIONAL = ['download', 'inventory'];

describe('asyncapi.yaml: schemas judge as the code does', () => {
  it.each(CASES)('%s: the good message passes, whatever the code refuses is refused', (key, golden, judge) => {
    const check = key in GOLDEN_COMMANDS ? contentCheck(key) : payloadCheck(key);
    expect([judge(golden), check(golden), check.errors]).toEqual([true, true, null]);
    const refused = [...brokenCopies(golden)].filter(({ message }) => !judge(message));
    expect(refused.length).toBeGreaterThan(0);
    const missed = refused.filter(({ message }) => check(message)).map(({ what }) => what);
    // the schema of a manifest knows no rule that is a function (manifest.schema.ts)
    expect(missed.filter((what) => !/^\/manifest\/.*\/path is/.test(what))).toEqual([]);
  });

  it.each(Object.entries(GOLDEN_RPC))(
    '%s: its answer passes, or an error, and nothing else',
    (pattern, { response }) => {
      const check = payloadCheck(replyKey(pattern));
      const error = { code: 'job.notFound', kind: 'notFound', detail: 'There is no such job.' };
      expect([check({ ok: true, data: response }), check.errors]).toEqual([true, null]);
      expect(check({ ok: false, error: { ...error, errors: [{ pointer: '/id', message: 'unknown' }] } })).toBe(true);
      for (const wrong of [{}, { ok: true }, { ok: false }, { ok: true, error }, { ok: false, error: { code: 'x' } }])
        expect(check(wrong)).toBe(false);
      for (const field of Object.keys(response).filter((name) => !OPTIONAL.includes(name)))
        expect([field, check({ ok: true, data: { ...response, [field]: undefined } })]).toEqual([field, false]);
    },
  );
});

describe('asyncapi.yaml: commands on the wire', () => {
  it.each(Object.entries(GOLDEN_COMMANDS))('%s is a compact JWS of its schema', (type, command) => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${encode({ alg: 'EdDSA', kid: 'k', typ: contracts.COMMAND_JWS_TYPE })}.${encode(command)}`;
    const jws = `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
    const check = payloadCheck(type);
    expect(check(jws)).toBe(true);
    expect([check(command), check('e30.e30'), check(`${jws}.x`)]).toEqual([false, false, false]);
  });
});
