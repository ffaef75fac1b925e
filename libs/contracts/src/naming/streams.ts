import { createHash } from 'node:crypto';

/** Number of inbox streams that single-computer commands are spread over. */
export const INBOX_SHARDS = 64;

/** Stream of one group; `generation` rises when the stream is recreated so that old offsets cannot meet a new log. */
export function groupStream(groupId: string, generation: number): string {
  return `cmd.g.${groupId}.${generation}`;
}

/** Stream that carries commands to single computers. */
export function inboxStream(shard: number): string {
  return `cmd.i.${shard}`;
}

/** Shard of a computer: the first 32 bits of SHA-256(computerId), big-endian, modulo {@link INBOX_SHARDS}. */
export function inboxShard(computerId: string, shards: number = INBOX_SHARDS): number {
  return createHash('sha256').update(computerId).digest().readUInt32BE(0) % shards;
}

/** Broker user name of a computer, also the `sub` of its token. */
export function computerUser(computerId: string): string {
  return `a-${computerId}`;
}

/** The computer id in a broker user name, or null when the name is not a computer's. */
export function computerIdOfUser(user: string): string | null {
  return user.startsWith('a-') ? user.slice(2) : null;
}

/** Message types of what agents publish; also the end of the routing key. */
export const REPORT_TYPES = { status: 'status.v1', progress: 'progress.v1' } as const;

export type ReportKind = keyof typeof REPORT_TYPES;

/** Routing key under which a computer publishes on `waybill.reports`. */
export function reportKey(computerId: string, kind: ReportKind): string {
  return `${computerUser(computerId)}.${REPORT_TYPES[kind]}`;
}

/**
 * Access-token scopes of a computer: its groups' streams, its inbox shard, its own reports; nothing to configure.
 * @param vhost the agents' virtual host, `agents` unless a prefix is configured
 */
export function agentScopes(vhost: string, computerId: string, groupIds: readonly string[]): string[] {
  return [
    ...groupIds.map((id) => `waybill.read:${vhost}/cmd.g.${id}.*`),
    `waybill.read:${vhost}/${inboxStream(inboxShard(computerId))}`,
    `waybill.write:${vhost}/waybill.reports/${computerUser(computerId)}.*`,
  ];
}
