import { readFileSync } from 'node:fs';
import { MAIN_INSTALLATION, runningServices, startServers, startServices } from '../../deploy/local/stack.ts';

export interface DemoStack {
  gateway: string;
  fleet: string;
  password: string;
  /** file of the authority that the agents must believe; set when the stack speaks TLS */
  ca?: string;
  /** Stops what was started here; a stack that ran before goes on. */
  stop(): Promise<void>;
}

/**
 * The running stack of this checkout, found by its own record and wherever it listens, else one that is started for the demo and stopped
 * after it. What other checkouts run on this machine is left alone.
 * @param options `instance`: one to use, or to start when it does not run; default: that of `npm start`, else one named `demo`; `tls`: start one of its own that speaks TLS
 */
export async function demoStack({
  instance,
  tls,
}: {
  instance?: string | undefined;
  tls: boolean;
}): Promise<DemoStack> {
  const running = runningServices(instance ?? 'start');
  if (running && !tls) {
    console.log(`Using the running stack at ${running.gatewayUrl}`);
    return {
      gateway: running.gatewayUrl,
      fleet: running.fleetUrl,
      password: readFileSync(running.adminPasswordFile, 'utf8').trim(),
      stop: () => Promise.resolve(),
    };
  }
  console.log('No stack of this checkout is running; starting one for the demo.');
  const servers = await startServers({ instance: instance ?? 'demo', installation: MAIN_INSTALLATION, tls });
  try {
    const services = await startServices({ servers });
    return {
      gateway: services.gatewayUrl,
      fleet: services.fleetUrl,
      password: services.adminPassword,
      ca: servers.addresses.tls?.ca,
      stop: async () => {
        console.log('\nStopping the demo’s stack …');
        await services.stop();
        await servers.stop();
      },
    };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}
