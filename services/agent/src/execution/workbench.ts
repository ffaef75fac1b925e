import { chmod, copyFile, link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact, Variant } from '@waybill/contracts/agent';
import type { ArtifactStore } from '../downloads/artifact-store.js';
import { type AttemptRecord, keyText, type StepRecord } from '../journal/journal.records.js';
import { type CommandLine, type ProcessResult, runProcess } from '../process/run-process.js';
import { makeDirectory } from '../root/make-directory.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import type { StateLayout } from '../root/state-layout.js';

/** Environment variable by which a restarted agent finds the program that an earlier process of it started. */
export const EXECUTION_VARIABLE = 'WAYBILL_EXECUTION';

export interface WorkbenchParts {
  computerId: string;
  paths: RootedPaths;
  layout: StateLayout;
  store: ArtifactStore;
  /** version of a package that Waybill itself installed, null when it did not */
  installedByWaybill(name: string): string | null;
}

/** What the steps of one attempt work with. */
export class Workbench {
  readonly directory: string;
  readonly log: string;

  constructor(
    private readonly parts: WorkbenchParts,
    readonly record: AttemptRecord,
    readonly variant: Variant,
    private readonly started: (process: NonNullable<StepRecord['process']>) => void,
    /** stops what may be repeated; undefined while the computer is being changed */
    readonly signal?: AbortSignal,
  ) {
    this.directory = parts.layout.workOf(record);
    this.log = parts.layout.logOf(record);
  }

  get paths(): RootedPaths {
    return this.parts.paths;
  }

  get store(): ArtifactStore {
    return this.parts.store;
  }

  installedByWaybill(name: string): string | null {
    return this.parts.installedByWaybill(name);
  }

  artifact(file: string): Artifact & { sha256: string; size: number } {
    const artifact = this.variant.artifacts.find((candidate) => candidate.file === file);
    if (artifact?.sha256 === undefined || artifact.size === undefined)
      throw new Error(`the manifest does not say what ${file} is`);
    return { ...artifact, sha256: artifact.sha256, size: artifact.size };
  }

  /** Makes the attempt's directory. */
  prepare(): Promise<void> {
    return makeDirectory(this.directory, 0o700);
  }

  /** Where {@link fetch} puts an artifact. */
  file(name: string): string {
    return join(this.directory, name);
  }

  /** Downloads the artifacts that are not here yet and gives them their own names. */
  async fetch(
    files: readonly string[],
    signal: AbortSignal,
    onBytes?: (file: string, bytes: number) => void,
  ): Promise<void> {
    await this.prepare();
    await Promise.all(
      files.map(async (file) => {
        const stored = await this.store.ensure(this.artifact(file), signal, (bytes) => onBytes?.(file, bytes));
        const target = this.file(file);
        await rm(target, { force: true });
        await link(stored, target).catch(() => copyFile(stored, target));
      }),
    );
  }

  /** Runs a program in the attempt's directory and remembers its process group. */
  run(line: CommandLine, timeoutMs: number): Promise<ProcessResult> {
    const { log, started, signal } = this;
    return runProcess(
      { ...line, env: { ...this.environment(), ...line.env } },
      { cwd: this.directory, timeoutMs, log, started, signal },
    );
  }

  /** Runs a script of the package directly, without a shell in between. */
  async runScript(file: string, args: readonly string[], timeoutMs: number): Promise<ProcessResult> {
    const path = this.file(file);
    await chmod(path, 0o700);
    return this.run({ file: path, args: [...args] }, timeoutMs);
  }

  private environment(): Record<string, string> {
    const { jobId, run, attempt, command } = this.record;
    return {
      [EXECUTION_VARIABLE]: keyText(this.record),
      WAYBILL_COMPUTER_ID: this.parts.computerId,
      WAYBILL_JOB_ID: jobId,
      WAYBILL_RUN: String(run),
      WAYBILL_ATTEMPT: String(attempt),
      WAYBILL_ACTION: command.action,
      WAYBILL_PACKAGE: command.manifest.package,
      WAYBILL_VERSION: command.manifest.version,
      WAYBILL_ROOT: this.paths.root,
    };
  }
}
