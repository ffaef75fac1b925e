import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { notFound, type WaybillError } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { EnrolmentTokensRepository } from './enrolment-tokens.repository.js';

/** Takes a token back: nobody enrols with it any more; computers that did stay. */
@Injectable()
export class RemoveEnrolmentToken {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly tokens: EnrolmentTokensRepository,
  ) {}

  /** @throws WaybillError `enrolmentToken.notFound` */
  async run(id: string): Promise<void> {
    await this.work.run(async (manager) => {
      if (!(await this.tokens.remove(manager, id))) throw tokenNotFound(id);
      await this.audit.record(manager, {
        action: 'enrolmentToken.removed',
        object: { type: 'enrolmentToken', id },
        before: { id },
      });
    });
  }
}

export function tokenNotFound(id: string): WaybillError {
  return notFound('enrolmentToken.notFound', `There is no enrolment token ${id}.`);
}
