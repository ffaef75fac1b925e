import { Injectable } from '@nestjs/common';
import { AuditLog, AuditReader } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import { KeyRing } from '@waybill/trust';

/** One replica at a time looks and writes. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('waybill.fleet.keySet', 0))`;
const ACTION = 'keySet.taken';

/** Puts on record which key sets computers were told to trust: whoever changes the file leaves a trace, whatever they changed it by. */
@Injectable()
export class NoteKeySet {
  /** what this process has noted or found noted */
  private noted = '';

  constructor(
    private readonly work: UnitOfWork,
    private readonly audit: AuditLog,
    private readonly ring: KeyRing,
  ) {}

  /** Once for each serial, whatever the number of replicas and restarts. */
  async run(): Promise<void> {
    const set = await this.ring.current();
    const id = String(set.serial);
    if (id === this.noted) return;
    await this.work.run(async (manager) => {
      await manager.query(LOCK);
      const log = new AuditReader('fleet', manager);
      const known = await log.list({ filter: `action==${ACTION};objectId==${id}`, first: 'newest', limit: 1 });
      if (known.length > 0) return;
      const keys = (revoked: boolean) =>
        set.keys.filter(({ revokedAt }) => (revokedAt !== null) === revoked).map(({ kid, use }) => `${use} ${kid}`);
      await this.audit.record(manager, {
        action: ACTION,
        object: { type: 'keySet', id },
        after: set,
        details: { issuedAt: set.issuedAt, keys: keys(false), revoked: keys(true) },
      });
    });
    this.noted = id;
  }
}
