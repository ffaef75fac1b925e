import {
  type Audience,
  groupStream,
  inboxShard,
  inboxStream,
  type Selector,
  SELECTOR_MAX_IDS,
} from '@waybill/contracts';
import type { CommandContent } from './command-content.js';

/** A command that lacks only its number, its time and its signature. */
export interface PlannedCommand {
  stream: string;
  audience: Audience;
  selector: Selector;
  content: CommandContent;
}

export interface GroupAddress {
  id: string;
  generation: number;
}

/** One command per group, whatever its size. */
export function toGroups(
  groups: readonly GroupAddress[],
  content: CommandContent,
  selector: Selector = { kind: 'all' },
): PlannedCommand[] {
  return groups.map(({ id, generation }) => ({
    stream: groupStream(id, generation),
    audience: { group: id, generation },
    selector,
    content,
  }));
}

/** Commands to single computers: by inbox shard, at most {@link SELECTOR_MAX_IDS} ids in each. */
export function toComputers(ids: readonly string[], content: CommandContent): PlannedCommand[] {
  const shards = Map.groupBy(ids, (id) => inboxShard(id));
  return [...shards].flatMap(([shard, members]) =>
    chunks(members, SELECTOR_MAX_IDS).map((chunk) => ({
      stream: inboxStream(shard),
      audience: { shard },
      selector: { kind: 'computers' as const, ids: chunk },
      content,
    })),
  );
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
