import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServers, startServices } from '../../deploy/local/stack.ts';

export interface DemoStack {
  gateway: string;
  fleet: string;
  password: string;
  /** file of the authority that the agents must believe; set when the stack speaks TLS */
  ca?: string;
  /** Stops what was started here; a stack that ran before goes on. */
  stop(): Promise<void>;
}

const RUNNING = { gateway: 'http://127.0.0.1:8080', fleet: 'http://127.0.0.1:8081' };
const PASSWORD_FILE = join(import.meta.dirname, '../../.local/admin-password');

/** The stack of `npm start` when it runs, else one that is started for the demo and stopped after it. */
export async function demoStack(tls: boolean): Promise<DemoStack> {
  const password =
    process.env['WAYBILL_ADMIN_PASSWORD'] ??
    (existsSync(PASSWORD_FILE) ? readFileSync(PASSWORD_FILE, 'utf8').trim() : '');
  if (!tls && password !== '' && (await isReady(RUNNING.gateway))) {
    console.log(`Using the running stack at ${RUNNING.gateway}`);
    return { ...RUNNING, password, stop: () => Promise.resolve() };
  }
  console.log('No stack is running; starting one for the demo.');
  const servers = await startServers({ instance: 'demo', tls });
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

async function isReady(gateway: string): Promise<boolean> {
  try {
    return (await fetch(`${gateway}/health/ready`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
