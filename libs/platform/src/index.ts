export { IsEd25519PrivateKey, IsEd25519PublicKeys } from './config/ed25519-pem.js';
export { ConfigError, Env, freshText, loadConfig, type Variable, variablesOf } from './config/load-config.js';
export { IsListOf, isOrigin, listOf } from './config/lists.js';
export {
  DatabaseConfig,
  loadDatabaseConfig,
  PublicServiceConfig,
  ServiceConfig,
  StorageServiceConfig,
} from './config/service-config.js';
export { type ProblemBody, toProblem } from './errors/problem.js';
export { ProblemFilter } from './errors/problem.filter.js';
export { HealthController } from './health/health.controller.js';
export { HealthModule } from './health/health.module.js';
export { type HealthCheck, HealthRegistry, type Readiness } from './health/health.registry.js';
export { allowOrigins } from './http/cors.js';
export { limitFailures } from './http/failure-limit.js';
export type { RequestWithId } from './http/request-id.js';
export { addressOf } from './http/caller-keys.js';
export { demandUtf8 } from './http/utf8.js';
export { LoggingModule } from './service/logging.module.js';
export { createService, runService, type RunServiceOptions, startService } from './service/run-service.js';
export type { UsedLink } from './tls/plain-links.js';
