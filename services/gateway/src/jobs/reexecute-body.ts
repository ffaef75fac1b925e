import { ReexecuteComputers, type ReexecuteOnly, validateMessage } from '@waybill/contracts';
import { ValidateBy, type ValidationArguments } from 'class-validator';

/** Body of `POST /jobs/{id}/actions/re-execute`. */
export class ReexecuteJob {
  /** `failed`, `unsuccessful`, or `{"computers": ["<id>", …]}` */
  @ValidateBy({
    name: 'reexecuteOnly',
    validator: { validate: isReexecuteOnly, defaultMessage: explain },
  })
  only: ReexecuteOnly;
}

function isReexecuteOnly(value: unknown): boolean {
  if (value === 'failed' || value === 'unsuccessful') return true;
  return validateMessage(ReexecuteComputers, value).ok;
}

function explain(validation?: ValidationArguments): string {
  const rule = 'only must be "failed", "unsuccessful" or {"computers": ["<computer id>", …]}';
  const checked = validateMessage(ReexecuteComputers, validation?.value);
  const [problem] = checked.ok ? [] : checked.errors;
  return problem && problem.pointer !== '' ? `${rule}; ${problem.pointer}: ${problem.message}` : rule;
}
