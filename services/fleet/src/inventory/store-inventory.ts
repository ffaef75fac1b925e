import { Injectable } from '@nestjs/common';
import { type InventoryRequest, versionKey } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import type { EntityManager } from 'typeorm';
import { checkComputerName } from '../computers/attributes.js';
import { computerUnknown } from '../sessions/read-session.query.js';
import { checkStorable } from '../text/storable-text.js';
import { type Inventory, toInventory } from './inventory.js';
import { MembershipFollower } from '../dynamic-groups/membership-follower.js';

const KNOWN = `
SELECT inventory_digest AS "detailsDigest", software_digest AS "softwareDigest" FROM computers WHERE id = $1 FOR NO KEY UPDATE`;

// The name follows the host's name until an administrator gives another one.
const SAVE_DETAILS = `
UPDATE computers SET name = CASE WHEN name = hostname THEN $2 ELSE name END, hostname = $2,
  os = $3, arch = $4, distribution = $5, agent_version = $6, inventory = $7, inventory_digest = $8
WHERE id = $1`;

const SAVE_SOFTWARE_DIGEST = 'UPDATE computers SET software_digest = $2 WHERE id = $1';
const CLEAR_SOFTWARE = 'DELETE FROM software WHERE computer_id = $1';
const INSERT_SOFTWARE = `
INSERT INTO software (computer_id, name, version, source, version_key)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])`;

interface KnownDigests {
  detailsDigest: Buffer | null;
  softwareDigest: Buffer | null;
}

/** Replaces what is known of a computer by what its agent says now; what did not change is not written. */
@Injectable()
export class StoreInventory {
  constructor(
    private readonly work: UnitOfWork,
    private readonly follower: MembershipFollower,
  ) {}

  /** @throws WaybillError `request.invalid`, `inventory.diskInvalid`, `computer.nameInvalid`, `token.computerUnknown` */
  async run(computerId: string, request: InventoryRequest): Promise<void> {
    checkStorable(request);
    checkComputerName(request.hostname, '/hostname');
    const inventory = toInventory(request);
    await this.work.run(async (manager) => {
      const [known] = await manager.query<KnownDigests[]>(KNOWN, [computerId]);
      if (!known) throw computerUnknown();
      if (!same(known.detailsDigest, inventory.detailsDigest)) await saveDetails(manager, computerId, inventory);
      if (!same(known.softwareDigest, inventory.softwareDigest)) await saveSoftware(manager, computerId, inventory);
    });
    this.follower.soon();
  }
}

function same(known: Buffer | null, now: Buffer): boolean {
  return known !== null && known.equals(now);
}

async function saveDetails(manager: EntityManager, id: string, inventory: Inventory): Promise<void> {
  const { hostname, os, arch, distribution, agentVersion, details, detailsDigest } = inventory;
  await manager.query(SAVE_DETAILS, [id, hostname, os, arch, distribution, agentVersion, details, detailsDigest]);
}

async function saveSoftware(
  manager: EntityManager,
  id: string,
  { software, softwareDigest }: Inventory,
): Promise<void> {
  await manager.query(CLEAR_SOFTWARE, [id]);
  await manager.query(INSERT_SOFTWARE, [
    id,
    software.map(({ name }) => name),
    software.map(({ version }) => version),
    software.map(({ source }) => source),
    software.map(({ version, source }) => versionKey(version, source)),
  ]);
  await manager.query(SAVE_SOFTWARE_DIGEST, [id, softwareDigest]);
}
