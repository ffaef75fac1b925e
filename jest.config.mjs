/**
 * Every spec of the repository, run from the TypeScript sources: no build is needed before a test.
 * Start it through `npm test`, which brings the servers; see CONTRIBUTING.md for single specs.
 */
export default {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testMatch: ['**/*.unit.spec.ts', '**/*.int.spec.ts', '**/*.e2e.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/build/', '<rootDir>/\\.local/'],
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/build/', '<rootDir>/\\.local/', '<rootDir>/\\.nx/'],
  watchPathIgnorePatterns: ['/dist/', '<rootDir>/\\.local/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  resolver: '<rootDir>/jest.resolver.cjs',
  testEnvironmentOptions: { customExportConditions: ['@waybill/source', 'node', 'node-addons'] },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2024',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
        },
      },
    ],
  },
  maxWorkers: 2,
  // a busy machine is no failure; what hangs is ended by the time-outs of its own waiting
  testTimeout: 120_000,
};
