export { ConfigError, Env, loadConfig, type Variable, variablesOf } from './config/load-config.js';
export { ServiceConfig, StorageServiceConfig } from './config/service-config.js';
export { type ProblemBody, toProblem } from './errors/problem.js';
export { ProblemFilter } from './errors/problem.filter.js';
export { HealthModule } from './health/health.module.js';
export { type HealthCheck, HealthRegistry, type Readiness } from './health/health.registry.js';
export type { RequestWithId } from './http/request-id.js';
export { LoggingModule } from './service/logging.module.js';
export { createService, runService, type RunServiceOptions } from './service/run-service.js';
