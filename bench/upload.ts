import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Client } from 'minio';
import type { BenchStack } from './bench-stack.ts';
import { type Figure, median } from './measure.ts';
import { rssMegabytes } from './process-cost.ts';

const GIB = 1024 ** 3;
const BLOCK = 1024 ** 2;

const SAMPLES = 3;

/**
 * 1 GiB through the gateway (hash included) against the `minio` client directly, in turns: what else the machine does meets both; and what
 * it costs the gateway in memory.
 */
export async function upload(stack: BenchStack): Promise<Figure[]> {
  const name = `bench-upload-${Date.now().toString(36)}`;
  const files = Array.from({ length: SAMPLES }, (_, sample) => `big-${sample}.bin`);
  await stack.api.post('/packages', { name, title: 'Upload benchmark' });
  await stack.api.post(`/packages/${name}/versions`, {
    package: name,
    version: '1.0.0',
    variants: [
      {
        platform: { os: 'linux' },
        artifacts: files.map((file) => ({ file })),
        installer: { type: 'files', files: files.map((file) => ({ file, path: `/opt/${file}` })) },
        detection: [{ file: { path: '/opt/big-0.bin' } }],
      },
    ],
  });

  const rss = (): number => rssMegabytes(stack.pidOf('gateway'));
  const before = rss();
  let peak = before;
  const ours: number[] = [];
  const floor: number[] = [];
  for (const [sample, file] of files.entries()) {
    floor.push(await throughMinio(stack, 2 * sample));
    const watch = setInterval(() => (peak = Math.max(peak, rss())), 50);
    try {
      ours.push(await throughGateway(stack, `/packages/${name}/versions/1.0.0/artifacts/${file}`, 2 * sample + 1));
    } finally {
      clearInterval(watch);
    }
  }
  const growth = peak - before;
  return [
    {
      name: 'upload 1 GiB',
      unit: 'MB/s',
      ours: median(ours),
      floor: median(floor),
      target: '≥ 70 % of floor',
      met: median(ours) >= 0.7 * median(floor),
      details: { worst: Math.min(...ours), best: Math.max(...ours), samples: SAMPLES },
    },
    {
      name: 'upload: gateway RSS growth',
      unit: 'MB',
      ours: growth,
      target: '< 100 MB',
      met: growth < 100,
      details: { before, peak },
    },
  ];
}

/** @returns MB/s */
async function throughGateway(stack: BenchStack, path: string, seed: number): Promise<number> {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(GIB) };
  const began = performance.now();
  const response = await stack.api.raw(
    'PUT',
    path,
    Readable.toWeb(blocks(seed)) as ReadableStream<Uint8Array>,
    headers,
  );
  const answer = await response.text();
  if (!response.ok) throw new Error(`the upload was refused: ${answer}`);
  return 1024 / ((performance.now() - began) / 1000);
}

/** @returns MB/s */
async function throughMinio(stack: BenchStack, seed: number): Promise<number> {
  const client = new Client(stack.storage);
  const began = performance.now();
  await client.putObject(stack.storage.bucket, 'bench/direct.bin', blocks(seed), GIB);
  const rate = 1024 / ((performance.now() - began) / 1000);
  await client.removeObject(stack.storage.bucket, 'bench/direct.bin');
  return rate;
}

/** 1 GiB that differs from run to run, so that nothing is found to be stored already. */
function blocks(seed: number): Readable {
  const block = randomBytes(BLOCK);
  let sent = 0;
  return new Readable({
    read() {
      if (sent === GIB) return void this.push(null);
      sent += BLOCK;
      block.writeUInt32BE(sent / BLOCK, 0);
      block.writeUInt32BE(seed, 4);
      this.push(Buffer.from(block));
    },
  });
}
