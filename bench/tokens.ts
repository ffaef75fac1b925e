import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { jwtVerify, SignJWT } from 'jose';
import type { BenchStack } from './bench-stack.ts';
import { type Figure, median, percentile } from './measure.ts';

const COMPUTERS = 400;
/** Every computer asks as often, each time with an assertion of its own. */
const ROUNDS = 15;
const CONCURRENCY = 64;
const FLOOR_MS = 3_000;
const TARGET_PER_SECOND = 500;

interface Computer {
  id: string;
  privateKey: KeyObject;
}

/**
 * A reconnect storm: every computer exchanges a signed assertion for a token. Assertions are signed beforehand, as each computer signs its own. The
 * floor is what any such server has to do on one core: check one signature, make another.
 */
export async function tokens(stack: BenchStack): Promise<Figure[]> {
  const computers = await seed(stack, COMPUTERS);
  const floor = await bareSigning();
  const rounds: string[][] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await Promise.all(computers.map(assertion)));
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  const times: number[] = [];
  await exchangeAll(stack.fleet, agent, rounds[0]!, []);
  const began = performance.now();
  for (const round of rounds.slice(1)) await exchangeAll(stack.fleet, agent, round, times);
  const perSecond = times.length / ((performance.now() - began) / 1000);
  agent.destroy();
  return [
    {
      name: 'tokens',
      unit: 'tokens/s',
      ours: perSecond,
      floor,
      target: `≥ ${TARGET_PER_SECOND}/s`,
      met: perSecond >= TARGET_PER_SECOND,
      details: {
        'median ms': Math.round(median(times)),
        'p99 ms': Math.round(percentile(times, 0.99)),
        concurrency: CONCURRENCY,
      },
    },
  ];
}

/** Computers with real keys, in the database only: enrolling is not what is measured. */
async function seed(stack: BenchStack, count: number): Promise<Computer[]> {
  const computers = Array.from({ length: count }, () => ({
    id: randomUUID(),
    ...generateKeyPairSync('ed25519'),
  }));
  const spki = computers.map(({ publicKey }) =>
    publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
  );
  await stack.database.query(
    `INSERT INTO fleet.computers (id, public_key, enrolled_with, name, hostname, os, arch)
     SELECT id, public_key, gen_random_uuid(), 'pc-' || id, 'pc-' || id, 'linux', 'amd64'
     FROM unnest($1::uuid[], $2::text[]) AS made (id, public_key)`,
    [computers.map(({ id }) => id), spki],
  );
  return computers;
}

function assertion({ id, privateKey }: Computer): Promise<string> {
  const user = `a-${id}`;
  return new SignJWT()
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .setIssuer(user)
    .setSubject(user)
    .setAudience('waybill-fleet')
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('280s')
    .sign(privateKey);
}

async function exchangeAll(door: string, agent: Agent, assertions: readonly string[], times: number[]): Promise<void> {
  const queue = assertions.values();
  const worker = async (): Promise<void> => {
    for (const one of queue) {
      const began = performance.now();
      await exchange(door, agent, one);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

function exchange(door: string, agent: Agent, clientAssertion: string): Promise<void> {
  const body = JSON.stringify({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion,
  });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const call = request(`${door}/agent/v1/token`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`POST /token answered ${answer.statusCode}`)),
      );
    });
    call.once('error', reject);
    call.end(body);
  });
}

/** Signatures checked and made per second on one core, with the library that fleet uses. */
async function bareSigning(): Promise<number> {
  const computer = { id: randomUUID(), ...generateKeyPairSync('ed25519') };
  const one = await assertion(computer);
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < FLOOR_MS; count++) {
    await jwtVerify(one, computer.publicKey, { algorithms: ['EdDSA'] });
    await assertion(computer);
  }
  return count / ((performance.now() - began) / 1000);
}
