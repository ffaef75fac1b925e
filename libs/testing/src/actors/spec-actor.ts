import type { Actor } from '@waybill/contracts';

/** An administrator without limits; specs say what is different. */
export function specActor(changes: Partial<Actor> = {}): Actor {
  return {
    kind: 'user',
    id: '0199aaaa-0000-7000-8000-00000000ad11',
    name: 'admin',
    grants: [{ role: 'administrator' }],
    requestId: null,
    address: null,
    ...changes,
  };
}
