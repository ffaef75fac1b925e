import { Injectable } from '@nestjs/common';
import {
  groupStream,
  type GroupWindows,
  inboxShard,
  inboxStream,
  type SessionResponse,
  type Subscription,
  VHOSTS,
  WaybillError,
} from '@waybill/contracts';
import { KeyRing } from '@waybill/trust';
import { DataSource } from 'typeorm';
import { WINDOWS_OF_COMPUTER } from '../windows/windows.sql.js';
import { FleetConfig } from '../config/fleet.config.js';

const SESSION = `
SELECT c.enrolled_at AS "enrolledAt", g.id AS "groupId", g.generation, m.member_since AS "memberSince"
FROM computers c LEFT JOIN memberships m ON m.computer_id = c.id LEFT JOIN groups g ON g.id = m.group_id
WHERE c.id = $1 ORDER BY g.id`;

/** Inbox streams are never recreated. */
const INBOX_GENERATION = 1;

interface SessionRow {
  enrolledAt: Date;
  groupId: string | null;
  generation: number;
  memberSince: Date;
}

/** What an agent needs to begin: where the broker is, what to read there since when, and whom to believe. */
@Injectable()
export class ReadSession {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: FleetConfig,
    private readonly keys: KeyRing,
  ) {}

  /** @throws WaybillError `token.computerUnknown` when the computer was removed meanwhile */
  async run(computerId: string): Promise<SessionResponse> {
    const rows = await this.dataSource.query<SessionRow[]>(SESSION, [computerId]);
    if (rows.length === 0) throw computerUnknown();
    const windows = await this.dataSource.query<GroupWindows[]>(WINDOWS_OF_COMPUTER, [computerId]);
    return {
      computerId,
      time: new Date().toISOString(),
      broker: { url: this.config.agentBrokerUrl, vhost: this.config.vhostPrefix + VHOSTS.agents },
      subscriptions: [...rows.flatMap(groupSubscription), inboxSubscription(computerId, rows[0]!.enrolledAt)],
      keySets: [...(await this.keys.offered())],
      windows,
    };
  }
}

export function computerUnknown(): WaybillError {
  return new WaybillError(
    'unauthorized',
    'token.computerUnknown',
    'This computer is not enrolled, or an administrator removed it.',
  );
}

function groupSubscription({ groupId, generation, memberSince }: SessionRow): Subscription[] {
  if (groupId === null) return [];
  return [
    {
      kind: 'group',
      groupId,
      stream: groupStream(groupId, generation),
      generation,
      memberSince: memberSince.toISOString(),
    },
  ];
}

function inboxSubscription(computerId: string, enrolledAt: Date): Subscription {
  return {
    kind: 'inbox',
    stream: inboxStream(inboxShard(computerId)),
    generation: INBOX_GENERATION,
    memberSince: enrolledAt.toISOString(),
  };
}
