export { ACTOR_KEYS } from './actors/actor-keys.js';
export { specActor } from './actors/spec-actor.js';
export { SpecCaller } from './actors/spec-caller.js';
export { eventually } from './eventually.js';
export { managementCall } from './servers/management-call.js';
export { testBucket, type TestBucket } from './servers/test-bucket.js';
export {
  type AdministratorsPart,
  testDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
} from './servers/test-database.js';
export { testImpersonator, type TestImpersonator } from './servers/test-impersonator.js';
export { testServers, type TestServers } from './servers/test-servers.js';
export { newKey, pemOf, TestKeys, trustKey } from '@waybill/trust/test-keys';
export { testVhosts, type TestVhosts } from './servers/test-vhosts.js';
export { type MetricPoint, TestMetrics } from './telemetry/test-metrics.js';
