import { publishVersion } from './orders.fixtures.spec.js';
import { type SchedulerReplicas, SERVERS_TIMEOUT_MS, startScheduler } from './scheduler-replicas.spec.js';
import { Story } from './story.fixtures.spec.js';

/** Two replicas that know a published version: there for the tests of the spec file that imports this, gone after them. */
export let scheduler: SchedulerReplicas;
export let story: Story;

beforeAll(async () => {
  scheduler = await startScheduler(2);
  story = new Story(scheduler);
  await publishVersion(scheduler);
}, SERVERS_TIMEOUT_MS);
afterAll(() => scheduler?.stop());
