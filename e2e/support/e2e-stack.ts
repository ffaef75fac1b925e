import {
  MAIN_INSTALLATION,
  type Servers,
  type Services,
  startServers,
  startServices,
} from '../../deploy/local/stack.ts';
import { Api } from './api.ts';

export interface E2eStack {
  api: Api;
  servers: Servers;
  services: Services;
  stop(): Promise<void>;
}

const quiet = () => undefined;

/**
 * Servers and services of a spec’s own, with empty data: these specs kill and restart them, so everything is as durable as it ships.
 * A server that does not start fails the spec.
 * @param tls everything speaks TLS; the process trusts the stack's authority from then on
 * @param instance one name for all specs: they run one by one, and an instance's ports and directories are used again
 */
export async function startE2eStack(
  env: Record<string, Record<string, string>> = {},
  instance = 'e2e',
  tls = false,
): Promise<E2eStack> {
  // The stack decides its own addresses; those of the test servers are for int specs.
  const servers = await startServers({
    instance,
    installation: MAIN_INSTALLATION,
    fresh: true,
    durable: true,
    tls,
    progress: quiet,
    environmentPrefix: 'WAYBILL_E2E_',
  });
  try {
    const services = await startServices({ servers, progress: quiet, env });
    servers.announce(services);
    return {
      api: await Api.login({ server: services.gatewayUrl, password: services.adminPassword }),
      servers,
      services,
      stop: async () => {
        await services.stop();
        await servers.stop();
      },
    };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}
