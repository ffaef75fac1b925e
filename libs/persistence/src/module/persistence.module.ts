import { type DynamicModule, type FactoryProvider, Module, type ModuleMetadata } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseHealth } from './database-health.js';
import { DatabaseUnavailableError, openDataSource } from './open-data-source.js';
import { type DatabaseSettings, dataSourceOptions, type PersistenceOptions } from './data-source-options.js';
import { UnitOfWork } from './unit-of-work.js';

export interface PersistenceModuleOptions extends PersistenceOptions, Pick<ModuleMetadata, 'imports'> {
  inject?: FactoryProvider['inject'];
  useFactory: (...dependencies: never[]) => DatabaseSettings | Promise<DatabaseSettings>;
}

/** The service's `DataSource` and {@link UnitOfWork}, global. */
@Module({})
export class PersistenceModule {
  static forRootAsync(options: PersistenceModuleOptions): DynamicModule {
    return {
      module: PersistenceModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          imports: options.imports ?? [],
          inject: options.inject ?? [],
          useFactory: async (...dependencies: unknown[]) => ({
            ...dataSourceOptions(options, await options.useFactory(...(dependencies as never[]))),
            retryAttempts: 10,
            retryDelay: 1000,
            toRetry: (error: unknown) => error instanceof DatabaseUnavailableError && error.passing,
          }),
          dataSourceFactory: (dataSource) => openDataSource(dataSource!),
        }),
      ],
      providers: [UnitOfWork, DatabaseHealth],
      exports: [UnitOfWork, DatabaseHealth, TypeOrmModule],
    };
  }
}
