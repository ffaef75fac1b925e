import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { type ComputerRemoved, EVENTS, EXCHANGES } from '@waybill/contracts';
import { Outbox, type OutboxMessage } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { v7 as uuid } from 'uuid';
import { MembershipAnnouncer } from '../groups/membership-announcer.js';
import { demandOwn } from '../limits/computer-limits.js';
import { RevocationsRepository } from '../sessions/revocations.repository.js';
import { ComputersRepository } from './computers.repository.js';

/** Forgets a computer: it gets no more tokens, and its connection is closed at once and whenever it comes back with an old token. */
@Injectable()
export class RemoveComputer {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly computers: ComputersRepository,
    private readonly announcer: MembershipAnnouncer,
    private readonly revocations: RevocationsRepository,
    private readonly outbox: Outbox,
  ) {}

  /** @throws WaybillError `computer.notFound` */
  async run(id: string): Promise<void> {
    await this.work.run(async (manager) => {
      await this.computers.lock(manager, id);
      await demandOwn(manager, [id], 'computers.write');
      const before = await this.computers.view(manager, id);
      const groupIds = await this.computers.remove(manager, id);
      await this.announcer.announceRemoved(manager, id, groupIds);
      await this.outbox.add(manager, [computerRemoved(id)]);
      await this.revocations.bar(manager, [id]);
      await this.audit.record(manager, {
        action: 'computer.removed',
        object: { type: 'computer', id },
        before,
        details: { name: before.name },
      });
    });
  }
}

function computerRemoved(computerId: string): OutboxMessage {
  const body: ComputerRemoved = { v: 1, computerId, at: new Date().toISOString() };
  return {
    vhost: 'services',
    exchange: EXCHANGES.events,
    routingKey: EVENTS.computerRemoved,
    type: EVENTS.computerRemoved,
    messageId: uuid(),
    body,
  };
}
