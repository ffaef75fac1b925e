import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Repeating } from '../timing/repeating.js';
import { FollowComputers } from './follow-computers.js';

/** What another replica noted and did not live to work off waits this long. */
const EVERY_MS = 1_000;

/** Keeps dynamic groups up to date: at once after a change in this process, and by itself. Replicas share the work. */
@Injectable()
export class MembershipFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly task: Repeating;

  constructor(follow: FollowComputers) {
    this.task = new Repeating('following of computers by dynamic groups', EVERY_MS, () => follow.run());
  }

  /** For whoever has just committed a change of computers or filters. */
  soon(): void {
    this.task.soon();
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }
}
