import { join } from 'node:path';
import { repositoryRoot } from '../local-paths.ts';
import { runCommand } from '../run-command.ts';
import { settleAll } from '../settle.ts';
import { type InstallationSettings, serviceEnvironment, SERVICES } from '../services/service-environment.ts';

/** Runs each service's own migrations with its own role. Each process takes an advisory lock, so two starts at once are safe. */
export async function migrate(settings: InstallationSettings, logFile: string, signal?: AbortSignal): Promise<void> {
  await settleAll(
    SERVICES.map((service) =>
      runCommand(process.execPath, ['dist/migrate.js'], {
        cwd: join(repositoryRoot, 'services', service),
        env: { ...process.env, ...serviceEnvironment(service, settings) },
        logFile,
        signal,
        failure: `The schema of ${service} could not be migrated; see the log, then start again.`,
      }),
    ),
  );
}
