export { compileRsql, FILTER_TERMS } from './filter/compile-rsql.js';
export type { Bind, Field, FieldMap, Operator } from './filter/field-map.js';
export { keysetPage, type ListSpec, type Queryable } from './paging/keyset-page.js';
export { migrate } from './migration/migrate.js';
export { runMigrationCli } from './migration/migration-cli.js';
export { DatabaseHealth } from './module/database-health.js';
export { type DatabaseSettings, dataSourceOptions, type PersistenceOptions } from './module/data-source-options.js';
export { PersistenceModule, type PersistenceModuleOptions } from './module/persistence.module.js';
export { UnitOfWork } from './module/unit-of-work.js';
