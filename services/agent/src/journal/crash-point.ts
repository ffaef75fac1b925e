/**
 * Kills this process at one journal boundary, for the tests that prove recovery: `before:step.install.finished` dies
 * with the installer's work done and not journaled, `after:…` with it journaled and nothing else done.
 */
export class CrashPoint {
  private constructor(private readonly moment: string) {}

  /** From `WAYBILL_AGENT_CRASH_AT`; undefined when it is not set, which is always outside tests. */
  static fromEnvironment(env: NodeJS.ProcessEnv = process.env): CrashPoint | undefined {
    const moment = env['WAYBILL_AGENT_CRASH_AT'];
    return moment ? new CrashPoint(moment) : undefined;
  }

  before(boundary: string): void {
    this.dieAt(`before:${boundary}`);
  }

  after(boundary: string): void {
    this.dieAt(`after:${boundary}`);
  }

  private dieAt(moment: string): void {
    if (moment === this.moment) process.kill(process.pid, 'SIGKILL');
  }
}
