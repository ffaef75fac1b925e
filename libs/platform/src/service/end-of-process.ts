import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { HealthRegistry } from '../health/health.registry.js';
import { stopTelemetry } from '../telemetry/stop-telemetry.js';

/** How long a process may take to end cleanly; orchestrators must grant more. */
const SHUTDOWN_MS = 30_000;
/** How long open requests may still take; event streams would stay open for ever, their clients reconnect and resume. */
const HTTP_GRACE_MS = 5_000;

/** After a mistake of ours the state is unknown: write it down and end, the orchestrator starts a new process. */
export function endOnBug(): void {
  const end = (error: unknown) => {
    new Logger('Process').fatal(error instanceof Error ? error : new Error(String(error)));
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}

/** On SIGTERM and SIGINT: not ready, no more messages and connections, those in hand finished, outbox sent, everything closed. */
export function endOnSignal(app: NestExpressApplication, service: string): void {
  let ending = false;
  const end = (signal: NodeJS.Signals) => {
    if (ending) return;
    ending = true;
    const logger = new Logger('Process');
    logger.log(`${service} ends (${signal})`);
    app.get(HealthRegistry).drain();
    setTimeout(() => {
      logger.error(`${service} did not end within ${SHUTDOWN_MS / 1000} s`);
      process.exit(1);
    }, SHUTDOWN_MS).unref();
    closeService(app)
      .then(stopTelemetry)
      .then(
        () => process.exit(process.exitCode ?? 0),
        (error: unknown) => {
          logger.error(error instanceof Error ? error : new Error(String(error)));
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/** Closes the application even if a client keeps its connection open. */
export async function closeService(app: NestExpressApplication, httpGraceMs = HTTP_GRACE_MS): Promise<void> {
  const server = app.getHttpServer();
  const cut = setTimeout(() => server.closeAllConnections(), httpGraceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}
