import { conflict, type FieldError, invalid, type UpdatePackage, WaybillError } from '@waybill/contracts';
import { unstorableText } from '@waybill/packaging';

/** What a person can change of a package; null is "not given". */
export interface PackageDetails {
  title: string;
  publisher: string | null;
  description: string | null;
  category: string | null;
}

const FIELDS = ['title', 'publisher', 'description', 'category'] as const;

/** @throws invalid `request.invalid` for text that cannot be stored or shown */
export function checkDetails(details: object): void {
  const errors = unstorableText(details);
  if (errors.length > 0) throw badRequest(errors);
}

/**
 * The details after a change, or null when nothing differs. An absent field stays, an explicit null is cleared.
 * @param seen revision that the caller saw; undefined when it does not care
 * @throws precondition `precondition.failed`; invalid `request.invalid` for a cleared title
 */
export function decideUpdate(
  current: PackageDetails & { revision: number },
  changes: UpdatePackage,
  seen?: number,
): PackageDetails | null {
  if (seen !== undefined && seen !== current.revision) {
    throw new WaybillError(
      'precondition',
      'precondition.failed',
      `The package has changed since: it is at revision ${current.revision}, you saw ${seen}. Read it again and repeat your change.`,
    );
  }
  const given = Object.fromEntries(
    FIELDS.filter((field) => changes[field] !== undefined).map((field) => [field, changes[field]]),
  );
  if (given.title === null) throw badRequest([{ pointer: '/title', message: 'a package needs a title' }]);
  checkDetails(given);
  const { title, publisher, description, category } = { ...current, ...given };
  const changed = FIELDS.some((field) => field in given && given[field] !== current[field]);
  return changed ? { title, publisher, description, category } : null;
}

/**
 * What was published once stays: jobs refer to it and computers may still be downloading it.
 * @param everPublished versions that are published or withdrawn
 * @throws conflict `package.inUse`
 */
export function decideRemove(name: string, everPublished: readonly string[]): void {
  if (everPublished.length === 0) return;
  const shown = everPublished.slice(0, 5).join(', ') + (everPublished.length > 5 ? ', …' : '');
  throw conflict(
    'package.inUse',
    `Package "${name}" cannot be removed: ${everPublished.length} of its versions were published (${shown}).`,
  );
}

/** Requests are refused with the code that the message runtime uses for wrong fields. */
export function badRequest(errors: FieldError[]): WaybillError {
  return invalid(
    'request.invalid',
    `The request has wrong fields: ${errors.map(({ pointer, message }) => `${pointer} ${message}`).join('; ')}.`,
    errors,
  );
}
