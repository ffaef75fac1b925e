import { access, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DownloadTicket, WaybillError } from '@waybill/contracts/agent';
import type { HttpConnections } from '../http/http-request.js';
import { askedToWait } from '../retry/retry-after.js';
import { BackOff } from '../retry/back-off.js';
import { Gate } from '../retry/gate.js';
import type { Clock } from '../time/clock.js';
import { DownloadError, TransientDownloadError, UnwritableError } from './download-error.js';
import { downloadRange, RefusedDownloadError, sizeOf } from './range-download.js';
import { RunningDigest } from './running-digest.js';
import { sha256OfFile } from './sha256-of-file.js';
import type { Throttle } from './throttle.js';

/** Files on their way at the same time. */
const PARALLEL = 2;
/** Milliseconds without a byte after which a download is given up. */
const PATIENCE_MS = 2 * 3_600_000;
/** Refusals of fresh addresses after which the storage is believed. */
const REFUSALS = 3;

export interface WantedArtifact {
  sha256: string;
  /** bytes */
  size: number;
}

export interface ArtifactStoreParts {
  directory: string;
  /** asks the agent door for a presigned address */
  ticket(sha256: string): Promise<DownloadTicket>;
  throttle: Throttle;
  clock: Clock;
  connections: HttpConnections;
  backOff?: { baseMs: number; maxMs: number };
  patienceMs?: number;
}

/** Complete, checked artifacts by digest. What was cut off goes on where it stopped, also after a restart of the agent. */
export class ArtifactStore {
  private readonly gate = new Gate(PARALLEL);
  private readonly busy = new Map<string, Promise<unknown>>();
  /** checked by this process; older files are read once more before they are trusted */
  private readonly checked = new Set<string>();

  constructor(private readonly parts: ArtifactStoreParts) {}

  /**
   * Path of the artifact, downloaded if it is not there.
   * @throws DownloadError when it cannot be had, the signal's reason when aborted
   */
  async ensure(artifact: WantedArtifact, signal: AbortSignal, onBytes?: (bytesDone: number) => void): Promise<string> {
    const { sha256 } = artifact;
    while (this.busy.has(sha256)) await this.busy.get(sha256)!.catch(() => {});
    signal.throwIfAborted();
    const work = this.obtain(artifact, signal, onBytes).finally(() => this.busy.delete(sha256));
    this.busy.set(sha256, work);
    return work;
  }

  /** Bytes of the artifact that are still to come. */
  async missing({ sha256, size }: WantedArtifact): Promise<number> {
    return (await sizeOf(this.path(sha256))) === size ? 0 : Math.max(0, size - (await sizeOf(this.part(sha256))));
  }

  /** Removes files that nobody has used since the moment (milliseconds). */
  async prune(before: number): Promise<void> {
    for (const name of await readdir(this.parts.directory)) {
      const path = join(this.parts.directory, name);
      // One that an execution has just removed is none of ours any more.
      const usedAt = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => before,
      );
      if (!this.busy.has(name.slice(0, 64)) && usedAt < before) await rm(path, { force: true });
    }
  }

  /** The file was handed to programs of the package: it is read again before the next use. */
  distrust(sha256: string): void {
    this.checked.delete(sha256);
  }

  async remove(sha256: string): Promise<void> {
    if (!this.busy.has(sha256)) await rm(this.path(sha256), { force: true });
  }

  private async obtain(
    artifact: WantedArtifact,
    signal: AbortSignal,
    onBytes?: (bytesDone: number) => void,
  ): Promise<string> {
    const path = this.path(artifact.sha256);
    if (await this.isIntact(path, artifact.sha256, signal)) return path;
    const leave = await this.gate.enter(0, this.parts.clock.now(), signal);
    try {
      await this.fetch(artifact, signal, onBytes);
    } catch (error) {
      // a disk that we have filled could not even take the report of it
      if (error instanceof UnwritableError) await rm(this.part(artifact.sha256), { force: true }).catch(() => {});
      throw error;
    } finally {
      leave();
    }
    await rename(this.part(artifact.sha256), path);
    this.checked.add(artifact.sha256);
    return path;
  }

  /** A part of an earlier connection may be damaged (power loss): a wrong digest then earns one new start from nothing. */
  private async fetch(
    artifact: WantedArtifact,
    signal: AbortSignal,
    onBytes?: (bytesDone: number) => void,
  ): Promise<void> {
    const part = this.part(artifact.sha256);
    const resumed = (await sizeOf(part)) > 0;
    for (let tries = 1; ; tries++) {
      const running = new RunningDigest();
      const interrupted = await this.complete(artifact, running, signal, onBytes);
      const digest = await running.of(part, artifact.size, signal).catch(() => null);
      signal.throwIfAborted();
      if (digest === artifact.sha256) return;
      await rm(part, { force: true });
      if (tries > 1 || !(resumed || interrupted))
        throw new DownloadError('download.checksum', `It has the digest ${digest}, published was ${artifact.sha256}.`);
    }
  }

  /** Requests until every byte is there; true when more than one was needed. */
  private async complete(
    { sha256, size }: WantedArtifact,
    digest: RunningDigest,
    signal: AbortSignal,
    onBytes?: (bytesDone: number) => void,
  ): Promise<boolean> {
    const part = this.part(sha256);
    const { baseMs, maxMs } = this.parts.backOff ?? { baseMs: 1_000, maxMs: 60_000 };
    const backOff = new BackOff(baseMs, maxMs);
    let [requests, refusals, progressAt] = [0, 0, this.parts.clock.now()];
    let ticket: DownloadTicket | null = null;
    if ((await sizeOf(part)) > size) await rm(part, { force: true });
    if (size === 0) await writeFile(part, '');
    while ((await sizeOf(part)) < size) {
      const before = await sizeOf(part);
      if (await this.parts.throttle.untilOpen(signal)) progressAt = this.parts.clock.now();
      try {
        const fresh: boolean = ticket === null || Date.parse(ticket.expiresAt) <= this.parts.clock.now();
        if (fresh) ticket = await this.ask(sha256);
        requests++;
        const { throttle, connections } = this.parts;
        const done = await downloadRange({
          url: ticket!.url,
          path: part,
          size,
          signal,
          throttle,
          connections,
          onBytes,
          digest,
        });
        if (done <= before) throw new TransientDownloadError('the answer held no byte');
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof TransientDownloadError)) throw error;
        ticket = null;
        if (error instanceof RefusedDownloadError && ++refusals >= REFUSALS)
          throw new DownloadError('download.failed', `The storage refuses the file: ${error.message}.`);
        if ((await sizeOf(part)) > before) {
          progressAt = this.parts.clock.now();
          backOff.reset();
        }
        if (this.parts.clock.now() - progressAt > (this.parts.patienceMs ?? PATIENCE_MS))
          throw new DownloadError('download.failed', `Tried for too long without a byte: ${error.message}.`);
        await this.parts.clock.sleep(backOff.next(error), signal);
      }
    }
    return requests > 1;
  }

  private async ask(sha256: string): Promise<DownloadTicket> {
    try {
      return await this.parts.ticket(sha256);
    } catch (error) {
      if (!(error instanceof WaybillError)) throw error;
      if (error.kind === 'unavailable' || error.kind === 'unauthorized')
        throw new TransientDownloadError(error.detail, askedToWait(error));
      throw new DownloadError('download.failed', `The server does not give the file: ${error.detail} (${error.code}).`);
    }
  }

  private async isIntact(path: string, sha256: string, signal: AbortSignal): Promise<boolean> {
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (!exists) return false;
    if (this.checked.has(sha256) || (await sha256OfFile(path, signal)) === sha256) {
      this.checked.add(sha256);
      return true;
    }
    await rm(path, { force: true });
    return false;
  }

  private path(sha256: string): string {
    return join(this.parts.directory, sha256);
  }

  private part(sha256: string): string {
    return join(this.parts.directory, `${sha256}.part`);
  }
}
