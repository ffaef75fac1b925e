import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inboxShard } from '../naming/streams.js';
import { type Selector, selects, type SelectorSubject } from './selector.js';
import { rolloutHash, waveOf, waveSlice } from './wave.js';

interface GoldenVectors {
  plans: number[][];
  rolloutHash: { jobId: string; computerId: string; hash: number; waves: number[] }[];
  slices: { from: number; to: number }[][];
  inboxShard: { computerId: string; shard: number; shardOf16: number }[];
  selects: { selector: Selector; jobId: string; subject: SelectorSubject; selects: boolean }[];
}

const GOLDEN = JSON.parse(readFileSync(join(import.meta.dirname, 'golden-vectors.json'), 'utf8')) as GoldenVectors;

describe('golden vectors, which agents in the field share with the server', () => {
  it.each(GOLDEN.rolloutHash)('rolloutHash of $computerId in $jobId', ({ jobId, computerId, hash, waves }) => {
    expect(rolloutHash(jobId, computerId)).toBe(hash);
    expect(GOLDEN.plans.map((plan) => waveOf(jobId, computerId, plan))).toEqual(waves);
  });

  it('waveSlice', () => {
    const slices = GOLDEN.plans.map((plan) => plan.map((_percent, index) => waveSlice(plan, index + 1)));
    expect(slices).toEqual(GOLDEN.slices);
  });

  it.each(GOLDEN.inboxShard)('inboxShard of $computerId', ({ computerId, shard, shardOf16 }) => {
    expect([inboxShard(computerId), inboxShard(computerId, 16)]).toEqual([shard, shardOf16]);
  });

  it.each(GOLDEN.selects)('selects $selector for $subject', ({ selector, jobId, subject, selects: expected }) => {
    expect(selects(selector, jobId, subject)).toBe(expected);
  });
});
