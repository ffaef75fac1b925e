import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Client } from 'minio';
import type { BenchStack } from './bench-stack.ts';
import type { Figure } from './measure.ts';

const GIB = 1024 ** 3;
const BLOCK = 1024 ** 2;

/** 1 GiB through the gateway (hash included) against the `minio` client directly, and what it costs the gateway in memory. */
export async function upload(stack: BenchStack): Promise<Figure[]> {
  const name = `bench-upload-${Date.now().toString(36)}`;
  const file = 'big.bin';
  await stack.api.post('/packages', { name, title: 'Upload benchmark' });
  await stack.api.post(`/packages/${name}/versions`, {
    package: name,
    version: '1.0.0',
    variants: [
      {
        platform: { os: 'linux' },
        artifacts: [{ file }],
        installer: { type: 'files', files: [{ file, path: '/opt/big.bin' }] },
        detection: [{ file: { path: '/opt/big.bin' } }],
      },
    ],
  });

  const before = rssMegabytes(stack.pidOf('gateway'));
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, rssMegabytes(stack.pidOf('gateway')))), 50);
  const began = performance.now();
  const response = await stack.api.raw(
    'PUT',
    `/packages/${name}/versions/1.0.0/artifacts/${file}`,
    Readable.toWeb(blocks(1)) as ReadableStream<Uint8Array>,
    { 'content-type': 'application/octet-stream', 'content-length': String(GIB) },
  );
  const answer = await response.text();
  if (!response.ok) throw new Error(`the upload was refused: ${answer}`);
  const ours = 1024 / ((performance.now() - began) / 1000);
  clearInterval(watch);

  const direct = new Client(stack.storage);
  const directBegan = performance.now();
  await direct.putObject(stack.storage.bucket, 'bench/direct.bin', blocks(2), GIB);
  const floor = 1024 / ((performance.now() - directBegan) / 1000);
  await direct.removeObject(stack.storage.bucket, 'bench/direct.bin');

  const growth = peak - before;
  return [
    { name: 'upload 1 GiB', unit: 'MB/s', ours, floor, target: '≥ 70 % of floor', met: ours >= 0.7 * floor },
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

function rssMegabytes(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1] ?? 0) / 1024;
}
