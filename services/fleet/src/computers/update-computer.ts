import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import {
  type ComputerView,
  invalid,
  UpdateComputer as Changes,
  type UpdateComputerRequest,
  validateMessage,
  WaybillError,
} from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { demandOwn } from '../limits/computer-limits.js';
import { checkStorable } from '../text/storable-text.js';
import { checkAttributes, checkComputerName } from './attributes.js';
import { ComputersRepository } from './computers.repository.js';
import { MembershipFollower } from '../dynamic-groups/membership-follower.js';

/** Changes what administrators say about a computer: its name and attributes. */
@Injectable()
export class UpdateComputer {
  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly computers: ComputersRepository,
    private readonly follower: MembershipFollower,
  ) {}

  /** @throws WaybillError `computer.notFound`, `precondition.failed`, `request.invalid`, `computer.attributesInvalid`, `computer.nameInvalid` */
  async run({ id, changes, revision }: UpdateComputerRequest): Promise<ComputerView> {
    const { name, attributes } = checkChanges(changes);
    const view = await this.work.run(async (manager) => {
      const current = await this.computers.lock(manager, id);
      await demandOwn(manager, [id], 'computers.write');
      if (revision !== undefined && revision !== current.revision) throw outdated(current.revision, revision);
      const wanted = {
        name: name ?? current.name,
        attributes: attributes ?? current.attributes,
        revision: current.revision,
      };
      if (isDeepStrictEqual(wanted, current)) return this.computers.view(manager, id);
      const after = { ...wanted, revision: current.revision + 1 };
      await this.computers.save(manager, id, after);
      await this.audit.record(manager, {
        action: 'computer.updated',
        object: { type: 'computer', id },
        before: current,
        after,
        details: { name: wanted.name },
      });
      return this.computers.view(manager, id);
    });
    this.follower.soon();
    return view;
  }
}

function checkChanges(changes: unknown): Changes {
  const checked = validateMessage(Changes, changes);
  if (!checked.ok) throw invalid('request.invalid', 'The changes are not acceptable.', checked.errors);
  checkStorable(checked.value);
  if (checked.value.name !== undefined) checkComputerName(checked.value.name, '/name');
  if (checked.value.attributes !== undefined) checkAttributes(checked.value.attributes);
  return checked.value;
}

function outdated(current: number, seen: number): WaybillError {
  return new WaybillError(
    'precondition',
    'precondition.failed',
    `The computer has changed since: it is at revision ${current}, you saw ${seen}. Read it again and repeat your change.`,
  );
}
