import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import type { EnrolRequest } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { checkAttributes, checkComputerName } from '../computers/attributes.js';
import { MembershipAnnouncer } from '../groups/membership-announcer.js';
import { MembershipsRepository } from '../groups/memberships.repository.js';
import { checkStorable } from '../text/storable-text.js';
import { parseComputerKey } from './computer-key.js';
import { hashEnrolmentSecret } from './enrolment-secret.js';
import { isUsable, mayRepeatEnrolment, tokenInvalid } from './enrolment-token.js';
import { EnrolmentTokensRepository, type PresentedToken } from './enrolment-tokens.repository.js';
import { MembershipFollower } from '../dynamic-groups/membership-follower.js';

const KNOWN = `SELECT id, enrolled_with AS "enrolledWith" FROM computers WHERE public_key = $1`;

const INSERT = `
INSERT INTO computers (id, public_key, enrolled_with, name, hostname, os, arch, distribution, agent_version, attributes)
VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9)
ON CONFLICT (public_key) DO NOTHING RETURNING id`;

/**
 * Lets a computer join. The public key is who it is: the same key again, because an answer was lost or the agent was
 * installed anew over its state, is the same computer and takes no use of the token.
 */
@Injectable()
export class EnrolComputer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly tokens: EnrolmentTokensRepository,
    private readonly memberships: MembershipsRepository,
    private readonly announcer: MembershipAnnouncer,
    private readonly follower: MembershipFollower,
  ) {}

  /**
   * @returns the computer's id
   * @throws WaybillError `enrolment.tokenInvalid`, `enrolment.keyInvalid`, `computer.nameInvalid`, `computer.attributesInvalid`
   */
  async run(request: EnrolRequest): Promise<string> {
    const { spki } = parseComputerKey(request.publicKey);
    checkComputerName(request.hostname, '/hostname');
    checkAttributes(request.attributes ?? {});
    checkStorable(request);
    const token = await this.tokens.find(this.dataSource, hashEnrolmentSecret(request.token));
    if (!token) throw tokenInvalid();
    return (
      (await this.known(spki, token)) ??
      (await this.enrol(request, spki, token)) ??
      (await this.known(spki, token)) ??
      refuse()
    );
  }

  private async known(spki: string, token: PresentedToken): Promise<string | null> {
    const [computer] = await this.dataSource.query<{ id: string; enrolledWith: string }[]>(KNOWN, [spki]);
    if (!computer) return null;
    return mayRepeatEnrolment(token, computer.enrolledWith, new Date()) ? computer.id : refuse();
  }

  /** Null when another request enrolled the same key in the same moment. */
  private async enrol(request: EnrolRequest, spki: string, token: PresentedToken): Promise<string | null> {
    if (!isUsable(token, new Date())) throw tokenInvalid();
    const id = uuid();
    const enrolled = await this.work.run(async (manager) => {
      if (!(await insert(manager, id, request, spki, token.id))) return null;
      const joined = await this.memberships.join(manager, token.groupIds, [id]);
      await this.announcer.announceEnrolled(
        manager,
        id,
        joined.map((member) => member.groupId),
      );
      // Last, because it makes all who hold this token wait; a refusal takes everything above back.
      if (!(await this.tokens.use(manager, token.id))) throw tokenInvalid();
      await this.audit.record(manager, {
        action: 'computer.enrolled',
        object: { type: 'computer', id },
        after: { id, publicKey: spki },
        details: { name: request.hostname, enrolmentToken: token.id },
      });
      return id;
    });
    this.follower.soon();
    return enrolled;
  }
}

async function insert(
  manager: EntityManager,
  id: string,
  request: EnrolRequest,
  spki: string,
  tokenId: string,
): Promise<boolean> {
  const { hostname, os, arch, distribution, agentVersion, attributes } = request;
  const rows: unknown[] = await manager.query(INSERT, [
    id,
    spki,
    tokenId,
    hostname,
    os,
    arch,
    distribution,
    agentVersion,
    attributes ?? {},
  ]);
  return rows.length > 0;
}

function refuse(): never {
  throw tokenInvalid();
}
