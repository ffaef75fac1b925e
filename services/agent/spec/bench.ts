import { httpConnections } from '../src/http/http-request.js';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Variant } from '@waybill/contracts/agent';
import { newAttempt } from '../src/execution/attempt.js';
import { Workbench } from '../src/execution/workbench.js';
import { ArtifactStore } from '../src/downloads/artifact-store.js';
import { NO_LIMIT } from '../src/downloads/bandwidth.js';
import { Throttle } from '../src/downloads/throttle.js';
import type { AttemptRecord } from '../src/journal/journal.records.js';
import { RootedPaths } from '../src/root/rooted-paths.js';
import { StateLayout } from '../src/root/state-layout.js';
import { CorrectedClock } from '../src/time/clock.js';
import { executeCommand, manifestOf } from './commands.js';

/** A workbench whose artifacts are on disk already. */
export function benchOf(
  directory: string,
  variant: Omit<Variant, 'platform' | 'artifacts'>,
  files: Record<string, Buffer | string>,
  part: Partial<AttemptRecord> = {},
): Workbench {
  const artifacts = Object.entries(files).map(([file, bytes]) => ({
    file,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    size: Buffer.byteLength(bytes),
  }));
  const full: Variant = { platform: { os: 'linux' }, artifacts, ...variant };
  const clock = new CorrectedClock();
  const layout = new StateLayout(join(directory, 'state'));
  const root = join(directory, 'root');
  mkdirSync(root, { recursive: true });
  const store = new ArtifactStore({
    directory: layout.artifacts,
    ticket: () => Promise.reject(new Error('nothing is downloaded here')),
    clock,
    connections: httpConnections(),
    throttle: new Throttle(NO_LIMIT, clock),
  });
  const record = { ...newAttempt(executeCommand({ audience: { shard: 1 }, manifest: manifestOf(full) }), ''), ...part };
  const parts = { computerId: 'c', paths: new RootedPaths(root), layout, store, installedByWaybill: () => null };
  const bench = new Workbench(parts, record, full, () => {});
  mkdirSync(bench.directory, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(bench.file(file), bytes);
  for (const { file, sha256 } of artifacts) copyFileSync(bench.file(file), join(layout.artifacts, sha256));
  return bench;
}
