import { Injectable } from '@nestjs/common';

/** null when well, else a sentence that says what is wrong; a throw counts as not well. */
export type HealthCheck = () => string | null | Promise<string | null>;

export interface Readiness {
  status: 'ok' | 'unavailable';
  dependencies: Record<string, { status: 'ok' | 'unavailable'; detail?: string }>;
}

/** What this process needs in order to serve, by name. */
@Injectable()
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();
  private draining = false;

  register(name: string, check: HealthCheck): void {
    this.checks.set(name, check);
  }

  /** From now on not ready: the process is ending. */
  drain(): void {
    this.draining = true;
  }

  async readiness(): Promise<Readiness> {
    const dependencies: Readiness['dependencies'] = {};
    await Promise.all(
      [...this.checks].map(async ([name, check]) => {
        const detail = await Promise.resolve()
          .then(check)
          .catch((error: unknown) => (error instanceof Error ? error.message : 'unknown error'));
        dependencies[name] = detail === null ? { status: 'ok' } : { status: 'unavailable', detail };
      }),
    );
    if (this.draining) dependencies['process'] = { status: 'unavailable', detail: 'the process is ending' };
    const ok = Object.values(dependencies).every((dependency) => dependency.status === 'ok');
    return { status: ok ? 'ok' : 'unavailable', dependencies };
  }
}
