import { Injectable, Logger } from '@nestjs/common';
import { computerIdOfUser } from '@waybill/contracts';
import type { IncomingMessage } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import type { EntityManager } from 'typeorm';
import { spend, type Used } from './dead-letter-budget.js';
import { COUNT_SQL, LOCK_SQL } from './unusable-reports.sql.js';

/** Whose messages have a routing key that no computer may use; all of them share one budget. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** A message that can never be used, and why. */
export interface Unusable {
  message: Pick<IncomingMessage, 'routingKey' | 'content' | 'headers'>;
  reason: string;
}

/**
 * Keeps one broken or hostile agent from filling `reports.status.dead`: a full one would end in a full `reports.status`, and no computer's
 * reports would be taken any more. All unusable reports are counted; what is over the budget is dropped.
 */
@Injectable()
export class LimitDeadLetters {
  private readonly logger = new Logger(LimitDeadLetters.name);

  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @returns for each, whether it may become a dead letter; a message that comes again is counted again */
  async execute(unusable: readonly Unusable[]): Promise<boolean[]> {
    if (unusable.length === 0) return [];
    const ofComputer = Map.groupBy(unusable, ({ message }) => senderOf(message.routingKey));
    const kept = await this.unitOfWork.run((manager) => this.spendAll(manager, ofComputer));
    return unusable.map((one) => kept.has(one));
  }

  private async spendAll(manager: EntityManager, ofComputer: Map<string, Unusable[]>): Promise<Set<Unusable>> {
    const rows = await manager.query<(Used & { computerId: string })[]>(LOCK_SQL, [[...ofComputer.keys()]]);
    const kept = new Set<Unusable>();
    const counted = rows.map(({ computerId, ...before }) => {
      const messages = ofComputer.get(computerId)!;
      const answer = spend(before, messages.map(sizeOf));
      messages.forEach((one, i) => answer.kept[i] && kept.add(one));
      this.tell(computerId, messages, answer.kept);
      return { computerId, came: messages.length, ...answer.used };
    });
    await manager.query(COUNT_SQL, [
      counted.map(({ computerId }) => computerId),
      counted.map(({ came }) => came),
      counted.map(({ letters }) => letters),
      counted.map(({ bytes }) => bytes),
    ]);
    return kept;
  }

  /** Once per batch and computer, with the reason of the first that was dropped. */
  private tell(computerId: string, messages: readonly Unusable[], kept: readonly boolean[]): void {
    const dropped = messages.filter((_, i) => !kept[i]);
    if (dropped.length === 0) return;
    this.logger.warn({ computerId, dropped: dropped.length, reason: dropped[0]!.reason }, 'unusable reports dropped');
  }
}

/** By the routing key, which the broker lets a computer use for itself only; the payload and a missing user name prove nothing. */
function senderOf(routingKey: string): string {
  return computerIdOfUser(routingKey.split('.', 1)[0]!)?.toLowerCase() ?? NOBODY;
}

function sizeOf({ message: { content, headers } }: Unusable): number {
  return content.length + Buffer.byteLength(JSON.stringify(headers));
}
