export { eventually, type EventuallyOptions } from './eventually.js';
export { serverAddress } from './server-address.js';
export { testBucket, type TestBucket } from './test-bucket.js';
export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
export { testVhosts, type TestVhosts } from './test-vhosts.js';
export * from './factories.js';
