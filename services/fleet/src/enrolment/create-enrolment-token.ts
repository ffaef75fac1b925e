import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import {
  type FieldError,
  type WaybillError,
  type CreateEnrolmentToken as CreateEnrolmentTokenRequest,
  type EnrolmentTokenView,
  invalid,
} from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { GroupsRepository } from '../groups/groups.repository.js';
import { MAX_GROUPS_PER_COMPUTER } from '../groups/memberships.repository.js';
import { hashEnrolmentSecret, newEnrolmentSecret } from './enrolment-secret.js';
import { tokenLimits } from './enrolment-token.js';
import { EnrolmentTokensRepository } from './enrolment-tokens.repository.js';

/** Makes an enrolment token; its secret is in this answer and nowhere else. */
@Injectable()
export class CreateEnrolmentToken {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly groups: GroupsRepository,
    private readonly tokens: EnrolmentTokensRepository,
  ) {}

  /** @throws WaybillError `enrolmentToken.unknownGroup`, `enrolmentToken.tooManyGroups`, `enrolmentToken.expiryInvalid` */
  async run(request: CreateEnrolmentTokenRequest): Promise<EnrolmentTokenView & { secret: string }> {
    const limits = tokenLimits(request, new Date());
    const groupIds = await this.groupIds(request.groups ?? []);
    const id = uuid();
    const secret = newEnrolmentSecret();
    const view = await this.work.run(async (manager) => {
      await this.tokens.insert(manager, { id, secretHash: hashEnrolmentSecret(secret), groupIds, ...limits });
      const after = await this.tokens.view(manager, id);
      await this.audit.record(manager, {
        action: 'enrolmentToken.created',
        object: { type: 'enrolmentToken', id },
        after,
        details: { groups: after.groups, maxUses: after.maxUses, expiresAt: after.expiresAt },
      });
      return after;
    });
    return { ...view, secret };
  }

  private async groupIds(names: readonly string[]): Promise<string[]> {
    if (names.length > MAX_GROUPS_PER_COMPUTER) {
      throw invalid('enrolmentToken.tooManyGroups', `A computer can be in at most ${MAX_GROUPS_PER_COMPUTER} groups.`);
    }
    const found = await this.groups.named(this.dataSource, names);
    const kinds = new Map(found.map(({ name, kind }) => [name, kind]));
    const errors = names.flatMap((name, index) => {
      const pointer = `/groups/${index}`;
      if (!kinds.has(name)) return [{ pointer, message: `there is no group "${name}"` }];
      if (kinds.get(name) === 'static') return [];
      return [{ pointer, message: `the members of "${name}" follow its filter; name static groups` }];
    });
    if (errors.length > 0) throw unknownGroups(errors);
    return found.map((group) => group.id);
  }
}

export function unknownGroups(errors: FieldError[]): WaybillError {
  return invalid(
    'enrolmentToken.unknownGroup',
    'A computer can only be enrolled into static groups that exist.',
    errors,
  );
}
