import { join } from 'node:path';
import { type Progress, printProgress, step } from '../progress.ts';
import type { Servers } from '../servers/start-servers.ts';
import type { StackFailure } from '../stack-failure.ts';
import { MAIN_INSTALLATION } from './http-ports.ts';
import { type Installation, prepareInstallation } from './installation.ts';
import { type InstallationSettings, serviceEnvironment, type ServiceName, SERVICES } from './service-environment.ts';
import { ServiceProcess } from './service-process.ts';

export interface ServicesOptions {
  readonly servers: Servers;
  /** Names database, vhosts, bucket, ports and logs. Default: the installation of `npm start`. */
  readonly installation?: string;
  /** More or other variables, for all services or for one: `{ all: {…}, result: {…} }`. */
  readonly env?: Readonly<{ [service in ServiceName | 'all']?: Readonly<{ [name: string]: string }> }>;
  /** Starts none of them; the caller does, one by one. */
  readonly prepareOnly?: boolean;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Called when a service that was ready ends although nobody asked it to. */
  readonly onDeath?: (failure: StackFailure) => void;
}

/** The five services, running on prepared servers. */
export interface Services {
  /** Base address of the REST API's server. */
  readonly gatewayUrl: string;
  /** Base address of the agents' door. */
  readonly fleetUrl: string;
  readonly adminPassword: string;
  readonly adminPasswordFile: string;
  readonly settings: InstallationSettings;
  /** For tests of recovery: `await services.process.result.kill()`, `.start()`. */
  readonly process: Readonly<{ [service in ServiceName]: ServiceProcess }>;
  /** Stops all five, the gateway first: nothing new comes in while the others drain. */
  stop(): Promise<void>;
  /** Stops them and removes database, vhosts and bucket. */
  remove(): Promise<void>;
}

/** Prepares an installation on these servers and starts the five services of it. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const progress = options.progress ?? printProgress;
  const name = options.installation ?? MAIN_INSTALLATION;
  const installation = await step(progress, 'Preparing accounts, schemas, topology and bucket', () =>
    prepareInstallation(options.servers, name, options.signal),
  );
  const services = define(installation, options);
  if (options.prepareOnly) return services;
  const all = Object.values(services.process);
  try {
    await step(progress, 'Starting the five services', async () => {
      for (const service of all) await service.spawn();
      await untilAllReady(all, options.signal);
    });
  } catch (error) {
    await services.stop();
    throw error;
  }
  return services;
}

/** The first service that fails ends the wait for the others. */
async function untilAllReady(services: readonly ServiceProcess[], signal?: AbortSignal): Promise<void> {
  await Promise.all(services.map((service) => service.untilReady(signal)));
}

function define(installation: Installation, options: ServicesOptions): Services {
  const { settings } = installation;
  const one = (service: ServiceName): ServiceProcess =>
    new ServiceProcess({
      service,
      port: settings.httpPorts[service],
      env: { ...serviceEnvironment(service, settings), ...options.env?.all, ...options.env?.[service] },
      logFile: join(installation.logDirectory, `${service}.log`),
      onDeath: options.onDeath ?? (() => undefined),
      onSpawn: (identity) => options.servers.note(service, identity),
    });
  const process = Object.fromEntries(SERVICES.map((service) => [service, one(service)])) as Services['process'];
  const stop = async (): Promise<void> => {
    await process.gateway.stop();
    await Promise.all(Object.values(process).map((service) => service.stop()));
  };
  return {
    gatewayUrl: process.gateway.url,
    fleetUrl: process.fleet.url,
    adminPassword: settings.adminPassword,
    adminPasswordFile: installation.adminPasswordFile,
    settings,
    process,
    stop,
    remove: async () => {
      await stop();
      await installation.remove();
    },
  };
}
