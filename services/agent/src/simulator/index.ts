export { type FleetOptions, type SimulatedFleet, startFleet } from './start-fleet.js';
export { SimulatedAgent } from './simulated-agent.js';
export type { Behaviour, DelayRange, SimulatedStep } from './simulated-step-runner.js';
