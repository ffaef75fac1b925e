import { demandFree, rememberedPorts } from '../ports.ts';
import { StackFailure } from '../stack-failure.ts';
import { type ServiceName, SERVICES } from './service-environment.ts';

/** The installation of `npm start`; all others keep to databases, vhosts, buckets and ports of their own. */
export const MAIN_INSTALLATION = 'main';

const FIRST_HTTP_PORT = 8080;

type HttpPorts = { [service in ServiceName]: number };

/**
 * 8080 to 8084 (or from WAYBILL_STACK_HTTP_PORT) for `npm start`, remembered free ones for all others.
 * @throws StackFailure when WAYBILL_STACK_HTTP_PORT is no port that four others can follow
 */
export async function httpPorts(instance: string, installation: string): Promise<HttpPorts> {
  if (!isChosenByUser(instance, installation)) return rememberedPorts(`${instance}/${installation}`, SERVICES);
  const given = process.env['WAYBILL_STACK_HTTP_PORT'];
  const first = given === undefined ? FIRST_HTTP_PORT : Number(given);
  if (!Number.isInteger(first) || first < 1 || first > 65_531) {
    throw new StackFailure('WAYBILL_STACK_HTTP_PORT must be a port number, the first of five that follow each other.');
  }
  const order = ['gateway', 'fleet', 'package', 'job-scheduler', 'result'] as const;
  return Object.fromEntries(order.map((service, index) => [service, first + index])) as HttpPorts;
}

/** @throws StackFailure when somebody listens where a service of this installation is to listen */
export async function demandHttpPorts(instance: string, installation: string): Promise<void> {
  const ports = await httpPorts(instance, installation);
  for (const service of SERVICES) await demandFree(ports[service], service, remedyOf(instance, installation));
}

function remedyOf(instance: string, installation: string): string {
  return isChosenByUser(instance, installation)
    ? 'stop what listens there, or set WAYBILL_STACK_HTTP_PORT to the first of five free ports.'
    : 'stop what listens there, or delete .local/ports.json to have others chosen.';
}

function isChosenByUser(instance: string, installation: string): boolean {
  return instance === 'start' && installation === MAIN_INSTALLATION;
}
