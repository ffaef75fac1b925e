import { invalid, ReexecuteComputers, ReexecuteFilter, type ReexecuteOnly, validateMessage } from '@waybill/contracts';

/** @throws WaybillError invalid `request.invalid` with every problem of the choice */
export function checkOnly(only: unknown): ReexecuteOnly {
  if (only === 'failed' || only === 'unsuccessful') return only;
  if (typeof only === 'object' && only !== null && 'filter' in only) {
    const filter = validateMessage(ReexecuteFilter, only);
    if (filter.ok) return { filter: filter.value.filter };
  }
  const checked = validateMessage(ReexecuteComputers, only);
  if (checked.ok) return { computers: checked.value.computers.map((id) => id.toLowerCase()) };
  const errors = checked.errors.map(({ pointer, message }) => ({ pointer: `/only${pointer}`, message }));
  throw invalid(
    'request.invalid',
    'only must be "failed", "unsuccessful", {"computers": ["<computer id>", …]} or {"filter": "<RSQL>"}.',
    errors,
  );
}
