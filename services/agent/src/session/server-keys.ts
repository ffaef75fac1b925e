import type { ServerKey } from '../commands/verify-command.js';
import type { Journal } from '../journal/journal.js';
import type { Log } from '../log.js';

const KEY = 'serverKeys';

/**
 * The keys that commands must be signed with, pinned at the first session: whoever later takes over the agent door
 * cannot make this computer obey other keys.
 */
export class ServerKeys {
  private keys: ServerKey[] | null;

  constructor(
    private readonly journal: Journal,
    private readonly log: Log,
  ) {
    const pinned = journal.get(KEY);
    this.keys = pinned === null ? null : (JSON.parse(pinned) as ServerKey[]);
  }

  get current(): readonly ServerKey[] {
    return this.keys ?? [];
  }

  /** Pins what the first session offers; later offers only have to agree. */
  offer(offered: readonly ServerKey[]): void {
    if (!this.keys) {
      if (offered.length === 0) return;
      this.keys = offered.map(({ kid, use, publicKey }) => ({ kid, use, publicKey }));
      this.journal.set(KEY, JSON.stringify(this.keys));
      return;
    }
    const strange = offered.filter(
      (key) =>
        !this.keys!.some(
          (pinned) => pinned.kid === key.kid && pinned.use === key.use && pinned.publicKey === key.publicKey,
        ),
    );
    if (strange.length > 0)
      this.log.warn(
        { kids: strange.map(({ kid }) => kid) },
        'the server offers keys other than those pinned at the first session; they are not trusted',
      );
  }
}
