import { createInstanceDirectories, instancePaths, type InstancePaths } from '../local-paths.ts';
import { type Progress, printProgress, step } from '../progress.ts';
import { demandHttpPorts } from '../services/http-ports.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import { RunningInstance, type RunningServices } from '../running-instance.ts';
import type { StackFailure } from '../stack-failure.ts';
import { dockerAnswers, startDockerServers } from './docker-servers.ts';
import type { ManagedServer } from './managed-server.ts';
import { definePrivateServers } from './private-servers.ts';
import { addressesFrom, type GivenAddresses, type ServerAddresses } from './server-addresses.ts';

export interface ServersOptions {
  /** Names data, ports, keys and logs; instances run side by side. `start` is the one of `npm start`. */
  readonly instance: string;
  /** False for tests only: a power cut may cost data, a crash of a process may not. Default true. */
  readonly durable?: boolean;
  /** Forget what an earlier run left in these servers. Default false. */
  readonly fresh?: boolean;
  /** Broker, object storage and services speak TLS, with certificates by an authority of this instance. Default false. */
  readonly tls?: boolean;
  /** Prefix of the environment variables that point at existing servers. Default WAYBILL_STACK_. */
  readonly environmentPrefix?: string;
  /** Services that will be started on these servers: that their ports are free is found out first too. */
  readonly installation?: string;
  readonly progress?: Progress;
  /** Ends a start that takes long, such as an install. */
  readonly signal?: AbortSignal;
  /** Called when a private server ends although nobody asked it to. */
  readonly onDeath?: (failure: StackFailure) => void;
}

/** PostgreSQL, RabbitMQ and an object store that answer. */
export interface Servers {
  readonly addresses: ServerAddresses;
  readonly paths: InstancePaths;
  /** For tests of recovery: `await servers.rabbitmq?.kill()`, `.start()`. Undefined for a server that is not ours to stop. */
  readonly postgres: ManagedServer | undefined;
  readonly rabbitmq: ManagedServer | undefined;
  readonly minio: ManagedServer | undefined;
  /** Notes a service's process: should this process be killed, its successor waits until that one has drained and gone. */
  note(service: string, identity: ProcessIdentity): void;
  /** Lets other programs of this checkout find the services that run on these servers now. */
  announce(services: RunningServices): void;
  /** Stops what was started, orderly, and gives the instance free. */
  stop(): Promise<void>;
}

/**
 * Finds each server in this order: an address in the environment, a Docker engine, a private one under `.local/`.
 * @throws StackFailure with one sentence; nothing is left running then
 */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const paths = instancePaths(options.instance);
  createInstanceDirectories(paths);
  const instance = new RunningInstance(paths);
  await instance.claim();
  try {
    if (options.installation !== undefined) await demandHttpPorts(options.instance, options.installation);
    const given = addressesFrom(process.env, options.environmentPrefix ?? 'WAYBILL_STACK_');
    const anyGiven = given.postgresUrl ?? given.broker ?? given.s3;
    if (!anyGiven && !options.tls && (await dockerAnswers())) return await byDocker(options, paths, instance);
    return await privately(options, given, paths, instance);
  } catch (error) {
    instance.release();
    throw error;
  }
}

async function byDocker(options: ServersOptions, paths: InstancePaths, instance: RunningInstance): Promise<Servers> {
  const docker = await startDockerServers(paths, options.progress ?? printProgress, options.signal);
  const stop = async (): Promise<void> => {
    await docker.stop();
    instance.release();
  };
  const none = { postgres: undefined, rabbitmq: undefined, minio: undefined };
  return { addresses: docker.addresses, paths, ...none, ...recordsOf(instance), stop };
}

function recordsOf(instance: RunningInstance): Pick<Servers, 'announce' | 'note'> {
  return {
    announce: (services) => instance.announce(services),
    note: (service, identity) => instance.note(service, identity),
  };
}

async function privately(
  options: ServersOptions,
  given: GivenAddresses,
  paths: InstancePaths,
  instance: RunningInstance,
): Promise<Servers> {
  const progress = options.progress ?? printProgress;
  const defined = await definePrivateServers({
    progress,
    signal: options.signal,
    paths,
    given,
    durable: options.durable ?? true,
    fresh: options.fresh ?? false,
    tls: options.tls ?? false,
    instance,
    onDeath: options.onDeath ?? (() => undefined),
  });
  const { postgres, rabbitmq, minio } = defined;
  const servers = [postgres, rabbitmq, minio].filter((server) => server !== undefined);
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
    instance.release();
  };
  const started: Servers = { ...defined, paths, ...recordsOf(instance), stop };
  if (servers.length === 0) return started;
  const names = servers.map((server) => server.name).join(', ');
  try {
    await step(progress, `Starting ${names}`, () => startTogether(servers, options.signal));
  } catch (error) {
    await stop();
    throw error;
  }
  return started;
}

/** All at once; the first failure ends the wait for the others. */
async function startTogether(servers: readonly ManagedServer[], signal?: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const starts = servers.map((server) =>
    server.start(either).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(starts);
  if (failed.signal.aborted) throw failed.signal.reason;
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
