import type { Audience } from '@waybill/contracts/agent';

/** Where a command was read: a group's stream, the computer's inbox shard, or the answer of desired state. */
export type CommandSource =
  | { kind: 'group'; stream: string; groupId: string; generation: number; memberSince: string }
  | { kind: 'inbox'; stream: string; shard: number }
  | { kind: 'desiredState' };

/** A command read from one place must be addressed to that place: a copy replayed elsewhere is nobody's. */
export function addressedTo(audience: Audience, source: CommandSource, computerId: string): boolean {
  if ('computer' in audience) return audience.computer === computerId;
  switch (source.kind) {
    case 'group':
      return 'group' in audience && audience.group === source.groupId && audience.generation === source.generation;
    case 'inbox':
      return 'shard' in audience && audience.shard === source.shard;
    case 'desiredState':
      // The scheduler signs what is in the answer for this computer alone: a stream's command in it was put there by somebody else.
      return false;
  }
}
