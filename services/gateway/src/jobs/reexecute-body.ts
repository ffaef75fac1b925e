import { ReexecuteComputers, ReexecuteFilter, type ReexecuteOnly, validateMessage } from '@waybill/contracts';
import { ValidateBy, type ValidationArguments } from 'class-validator';

/** Body of `POST /jobs/{id}/actions/re-execute`. */
export class ReexecuteJob {
  /** `failed`, `unsuccessful`, `{"computers": ["<id>", …]}`, or `{"filter": "<RSQL>"}` over the executions */
  @ValidateBy({
    name: 'reexecuteOnly',
    validator: { validate: isReexecuteOnly, defaultMessage: explain },
  })
  only: ReexecuteOnly;
}

function isReexecuteOnly(value: unknown): boolean {
  if (value === 'failed' || value === 'unsuccessful') return true;
  return validateMessage(ReexecuteComputers, value).ok || validateMessage(ReexecuteFilter, value).ok;
}

function explain(validation?: ValidationArguments): string {
  const rule = 'only must be "failed", "unsuccessful", {"computers": ["<computer id>", …]} or {"filter": "<RSQL>"}';
  const checked = validateMessage(ReexecuteComputers, validation?.value);
  const [problem] = checked.ok ? [] : checked.errors;
  return problem && problem.pointer !== '' ? `${rule}; ${problem.pointer}: ${problem.message}` : rule;
}
