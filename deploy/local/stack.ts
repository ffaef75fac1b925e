/**
 * The local stack for other programs of the repository: the demo, end-to-end tests and the bench start servers and services
 * through this, each under an instance name of its own.
 */
export { type RunningServices, runningServices } from './running-instance.ts';
export { describeFailure, StackFailure } from './stack-failure.ts';
export { type Servers, type ServersOptions, startServers } from './servers/start-servers.ts';
export { type ServerAddresses, testEnvironment } from './servers/server-addresses.ts';
export { MAIN_INSTALLATION } from './services/http-ports.ts';
export { type Services, type ServicesOptions, startServices } from './services/start-services.ts';
