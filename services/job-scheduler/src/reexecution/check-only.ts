import { invalid, ReexecuteComputers, type ReexecuteOnly, validateMessage } from '@waybill/contracts';

/** @throws WaybillError invalid `request.invalid` with every problem of the choice */
export function checkOnly(only: unknown): ReexecuteOnly {
  if (only === 'failed' || only === 'unsuccessful') return only;
  const checked = validateMessage(ReexecuteComputers, only);
  if (checked.ok) return { computers: checked.value.computers.map((id) => id.toLowerCase()) };
  const errors = checked.errors.map(({ pointer, message }) => ({ pointer: `/only${pointer}`, message }));
  throw invalid(
    'request.invalid',
    'only must be "failed", "unsuccessful" or {"computers": ["<computer id>", …]}.',
    errors,
  );
}
