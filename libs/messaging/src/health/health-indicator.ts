/** One thing that readiness depends on. */
export interface HealthIndicator {
  /** e.g. `broker.services` */
  name: string;
  /** null when well, else a sentence that says what is wrong */
  check(): string | null | Promise<string | null>;
}
