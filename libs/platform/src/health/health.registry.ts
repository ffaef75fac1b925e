import { Injectable } from '@nestjs/common';

/** null when well, else a sentence that says what is wrong; a throw counts as not well. */
export type HealthCheck = () => string | null | Promise<string | null>;

export interface Readiness {
  status: 'ok' | 'unavailable';
  dependencies: Record<string, { status: 'ok' | 'unavailable'; detail?: string }>;
}

/** A dependency that does not answer in this time is not there. */
const CHECK_TIMEOUT_MS = 3_000;

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
        const detail = await ask(check);
        dependencies[name] = detail === null ? { status: 'ok' } : { status: 'unavailable', detail };
      }),
    );
    if (this.draining) dependencies['process'] = { status: 'unavailable', detail: 'the process is ending' };
    const ok = Object.values(dependencies).every((dependency) => dependency.status === 'ok');
    return { status: ok ? 'ok' : 'unavailable', dependencies };
  }
}

async function ask(check: HealthCheck): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${CHECK_TIMEOUT_MS / 1000} s`), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([Promise.resolve().then(check), silence]);
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown error';
  } finally {
    clearTimeout(timer);
  }
}
