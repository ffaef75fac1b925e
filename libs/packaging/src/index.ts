export * from './manifest/check-manifest.js';
export * from './manifest/manifest-artifacts.js';
export * from './manifest/manifest-text.js';
export * from './manifest/version-scheme.js';
export * from './text/plain-text.js';
export * from './text/unstorable-text.js';
