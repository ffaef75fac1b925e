import { startFleet, type FleetOptions, type SimulatedFleet } from '@waybill/agent/simulator';
import type { BenchStack } from './bench-stack.ts';

/** N simulated agents, connected and subscribed, in a new group. */
export async function simulatedGroup(
  stack: BenchStack,
  agents: number,
  options: Partial<FleetOptions> = {},
): Promise<{ group: string; fleet: SimulatedFleet }> {
  const group = `bench-${agents}-${Date.now().toString(36)}`;
  await stack.api.post('/groups', { name: group, kind: 'static' });
  const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
    groups: [group],
    maxUses: agents,
  });
  const began = performance.now();
  const fleet = startFleet({ ...options, server: stack.fleet, token: secret, agents, prefix: group });
  await fleet.subscribed;
  console.log(`  ${agents} agents enrolled and subscribed in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return { group, fleet };
}
