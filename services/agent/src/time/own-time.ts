import { type Clock, LONGEST_SLEEP_MS } from './clock.js';
import { type CommandMoments, type CommandTimes, momentsOf } from './command-moments.js';
import { systemZone } from './system-zone.js';

/** Nobody tells an agent that its computer has another zone now. */
const LOOK_AT_ZONE_MS = 300_000;

/** The times of commands on this computer. */
export class OwnTime {
  constructor(
    private readonly clock: Clock,
    /** IANA name of the zone of this moment */
    readonly zone: () => string = systemZone,
  ) {}

  momentsOf(command: CommandTimes): CommandMoments {
    return momentsOf(command, this.zone);
  }

  /**
   * Waits for a moment of a command. Rejects with the signal's reason.
   * @returns false when all has to be decided again: the command has expired here, or the moment is another one, since the computer's zone changed
   */
  async until(moment: 'startsAt' | 'installsAt', command: CommandTimes, signal: AbortSignal): Promise<boolean> {
    const words = this.momentsOf(command)[moment]?.words;
    const longest = command.local ? LOOK_AT_ZONE_MS : LONGEST_SLEEP_MS;
    for (;;) {
      signal.throwIfAborted();
      const { [moment]: due, expiresAt } = this.momentsOf(command);
      const now = this.clock.now();
      if (expiresAt.at <= now || due?.words !== words) return false;
      if (!due || due.at <= now) return true;
      await this.clock.sleep(Math.min(due.at - now, expiresAt.at - now, longest), signal);
    }
  }
}
