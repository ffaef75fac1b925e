/** Parts of the agent that benchmarks measure by themselves. */
export { detectDeb } from './detection/deb.detection.js';
export { NO_LIMIT } from './downloads/bandwidth.js';
export { ArtifactStore } from './downloads/artifact-store.js';
export { Throttle } from './downloads/throttle.js';
export { httpConnections } from './http/http-request.js';
export { SqliteJournal } from './journal/sqlite-journal.js';
export { RootedPaths } from './root/rooted-paths.js';
export { CorrectedClock } from './time/clock.js';
export { newAttempt } from './execution/attempt.js';
