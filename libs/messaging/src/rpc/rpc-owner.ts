import {
  FLEET_RPC,
  JOB_RPC,
  PACKAGE_RPC,
  RESULT_RPC,
  type RpcPattern,
  type ServiceName,
  OFFER_RPC,
  TEMPLATE_RPC,
} from '@waybill/contracts';

const MAPS: readonly (readonly [ServiceName, Readonly<Record<string, string>>])[] = [
  ['package', PACKAGE_RPC],
  ['fleet', FLEET_RPC],
  ['job-scheduler', JOB_RPC],
  ['job-scheduler', TEMPLATE_RPC],
  ['job-scheduler', OFFER_RPC],
  ['result', RESULT_RPC],
];

const OWNERS = new Map(
  MAPS.flatMap(([service, patterns]) => Object.values(patterns).map((pattern) => [pattern, service] as const)),
);

/** What a service answers. */
export function patternsOf(service: ServiceName): string[] {
  return MAPS.filter(([owner]) => owner === service).flatMap(([, patterns]) => Object.values(patterns));
}

/** The service that answers a pattern: the one whose map it is in. */
export function rpcOwner(pattern: RpcPattern): ServiceName {
  const owner = OWNERS.get(pattern);
  if (!owner) throw new Error(`no service answers "${pattern}": add it to a *_RPC map of @waybill/contracts`);
  return owner;
}
