import type { Workbench } from '../execution/workbench.js';
import type { ProcessResult } from '../process/run-process.js';

/** An installer that did not get as far as an exit code. */
export type InstallResult = ProcessResult | { kind: 'refused'; why: string };

/** One way of putting software on the computer and taking it away. */
export interface InstallerType {
  install(bench: Workbench, timeoutMs: number): Promise<InstallResult>;
  uninstall(bench: Workbench, timeoutMs: number): Promise<InstallResult>;
  /**
   * Drops what was kept for a return (`proved`) or returns to it. May be cut off and run again at any point.
   * @returns what was done, for the help desk
   */
  settle?(bench: Workbench, proved: boolean): Promise<string>;
}
