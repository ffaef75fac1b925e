import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RemoveRetiredStreams } from '../groups/remove-retired-streams.js';
import { CloseRevoked } from '../sessions/close-revoked.js';
import { NoteKeySet } from '../sessions/note-key-set.js';
import { UsedAssertionsRepository } from '../sessions/used-assertions.repository.js';
import { Repeating } from './repeating.js';

const SECOND = 1_000;

/** What this service does by itself. Everything it works on is a row, so any number of replicas may do the same. */
@Injectable()
export class FleetTimers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tasks: Repeating[];

  constructor(
    dataSource: DataSource,
    closeRevoked: CloseRevoked,
    retired: RemoveRetiredStreams,
    used: UsedAssertionsRepository,
    keySet: NoteKeySet,
  ) {
    this.tasks = [
      new Repeating('closing of connections', SECOND / 2, () => closeRevoked.run()),
      new Repeating('sweep of used assertions', 60 * SECOND, async () => void (await used.sweep(dataSource))),
      new Repeating('note of the key set', 2 * SECOND, () => keySet.run()),
      new Repeating('removal of streams', 3600 * SECOND, () => retired.run()),
    ];
  }

  onApplicationBootstrap(): void {
    for (const task of this.tasks) task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.stop()));
  }
}
