import { type Grant, invalid } from '@waybill/contracts';

/** Grants travel in the header of every request to a service. */
const MAX_BYTES = 16 * 1024;

/**
 * What is stored of the grants of a body: nothing but role and limits.
 * @throws invalid `account.grantsTooLarge`
 */
export function storedGrants(grants: readonly Grant[]): Grant[] {
  const stored = grants.map(({ role, groups, categories }) => ({
    role,
    ...(groups ? { groups: [...groups] } : {}),
    ...(categories ? { categories: [...categories] } : {}),
  }));
  if (Buffer.byteLength(JSON.stringify(stored)) > MAX_BYTES) {
    const message = `all names together must have at most ${MAX_BYTES} bytes; give a role for more groups, or for all`;
    throw invalid('account.grantsTooLarge', `The grants are too many: ${message}.`, [{ pointer: '/grants', message }]);
  }
  return stored;
}
