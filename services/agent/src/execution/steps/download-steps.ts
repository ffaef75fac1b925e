import { statfs } from 'node:fs/promises';
import type { ProgressReport } from '@waybill/contracts/agent';
import { DownloadError } from '../../downloads/download-error.js';
import { formatBytes } from '../../requirements/size.js';
import { existing } from '../../root/rooted-paths.js';
import { verdictOf } from '../decide-step.js';
import type { StepOutcome } from '../step-runner.js';
import type { Workbench } from '../workbench.js';

/** Bytes that stay free on the disk of the state directory. */
const RESERVE = 16 * 1024 * 1024;
/** Milliseconds between two news about a download. */
const PROGRESS_MS = 5_000;

/** Room for what is still to be downloaded, and as much again where it is installed. */
export async function spaceStep(bench: Workbench, files: readonly string[]): Promise<StepOutcome> {
  const artifacts = files.map((file) => bench.artifact(file));
  const missing = await Promise.all(artifacts.map((artifact) => bench.store.missing(artifact)));
  const toDownload = sum(missing) + RESERVE;
  const toInstall = bench.record.command.action === 'install' ? sum(artifacts.map(({ size }) => size)) : 0;
  const short =
    (await lacking(existing(bench.directory), toDownload, 'the download')) ??
    (await lacking(existing(bench.paths.root), toInstall, 'the installation'));
  return short ? { ok: false, detail: short, verdict: verdictOf('rejected', 'requirement.disk', short) } : { ok: true };
}

async function lacking(path: string, needed: number, purpose: string): Promise<string | null> {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  return free >= needed ? null : `${path} has ${formatBytes(free)} free, ${purpose} needs ${formatBytes(needed)}.`;
}

/** Every artifact of the variant, checked, under its own name in the attempt's directory. */
export async function downloadStep(
  bench: Workbench,
  files: readonly string[],
  signal: AbortSignal,
  { onProgress }: { onProgress(progress: Omit<ProgressReport, 'v' | 'computerId' | 'at'>): void },
): Promise<StepOutcome> {
  const { jobId, run, attempt } = bench.record;
  const bytesTotal = sum(files.map((file) => bench.artifact(file).size));
  const done = new Map<string, number>();
  let saidAt = Date.now();
  try {
    await bench.fetch(files, signal, (file, bytes) => {
      done.set(file, bytes);
      if (Date.now() - saidAt < PROGRESS_MS) return;
      saidAt = Date.now();
      onProgress({ jobId, run, attempt, bytesDone: sum([...done.values()]), bytesTotal });
    });
    return {
      ok: true,
      detail: `${formatBytes(bytesTotal)} in ${files.length} ${files.length === 1 ? 'file' : 'files'}`,
    };
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    return { ok: false, detail: error.detail, verdict: verdictOf('failed', error.reason, error.detail) };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
