/** The parts of the API's answers that demo, specs and benchmarks read. */
export interface Job {
  id: string;
  status: string;
  statusReason: string | null;
  revision: number;
  targets: { total: number | null };
  schedule: { startsAt: string; installsAt: string | null; expiresAt: string; zone: string };
  counters: Record<string, number>;
}

export interface Execution {
  computerId: string;
  computerName: string;
  status: string;
  reason: string | null;
  message: string | null;
  attempt: number;
  exitCode: number | null;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
