import { Injectable } from '@nestjs/common';
import { allows, type Permission } from '@waybill/contracts';
import { permissionRequired, runAs } from '@waybill/messaging';
import type { Request } from 'express';
import { sessionRequired } from './session-problems.js';
import { CredentialsRepository } from './credentials.repository.js';
import { type Principal, principalOf } from './principal.js';

/** For what goes on after the request was let in: asks again who it is, and what they may do now. */
@Injectable()
export class LiveSession {
  constructor(private readonly credentials: CredentialsRepository) {}

  /** @throws WaybillError unauthorized `session.required`; forbidden `permission.required` */
  async run<T>(caller: Principal, request: Request, permission: Permission, work: () => Promise<T>): Promise<T> {
    const credential = await this.credentials.stillLive(caller.credentialId);
    if (!credential) throw sessionRequired();
    const { actor } = principalOf(credential, request);
    if (!allows(actor, permission)) throw permissionRequired(permission);
    return runAs(actor, work);
  }
}
