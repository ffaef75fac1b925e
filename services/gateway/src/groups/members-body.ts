import { type FieldError, invalid, validateMessage } from '@waybill/contracts';
import { ArrayMaxSize, ArrayUnique, IsArray, isUUID, IsUUID } from 'class-validator';
import { CsvError, type Info, parse } from 'csv-parse/sync';

const MOST = 5_000;
/** The column that names the computers, as in the exports of executions. */
const COLUMN = 'computerId';
/** Problems that are told at once. */
const TOLD = 100;

/** Body of `POST /groups/{name}/members`. */
export class AddMembers {
  /** ids of computers, at most 5,000 a call */
  @IsArray() @ArrayMaxSize(MOST) @ArrayUnique() @IsUUID(undefined, { each: true }) computers: string[];
}

/**
 * The computers of a request body: an object when it came as JSON, text when it came as CSV (RFC 4180) with a header line. Of its columns only
 * `computerId` counts, so that an export of executions can be sent as it is; a computer may be listed more than once.
 * @throws invalid `request.invalid` with every problem; a pointer into CSV is the number of the line and the column
 */
export function membersFromBody(body: unknown): string[] {
  if (typeof body === 'string') return membersFromCsv(body);
  const checked = validateMessage(AddMembers, body);
  if (checked.ok) return checked.value.computers;
  throw refused('The body has fields that are missing, unknown or wrong.', checked.errors);
}

function membersFromCsv(text: string): string[] {
  const errors: FieldError[] = [];
  const computers = new Set<string>();
  for (const { record, info } of recordsOf(text)) {
    const id = record[COLUMN]?.trim() ?? '';
    if (isUUID(id)) computers.add(id.toLowerCase());
    else
      errors.push({
        pointer: `/${info.lines}/${COLUMN}`,
        message: `${JSON.stringify(id.slice(0, 60))} is not an id of a computer`,
      });
  }
  if (computers.size > MOST)
    errors.unshift({
      pointer: '',
      message: `must name at most ${MOST} computers, these are ${computers.size}; send them in parts`,
    });
  if (errors.length === 0) return [...computers];
  throw refused(`The CSV has ${errors.length} ${errors.length === 1 ? 'problem' : 'problems'}.`, errors.slice(0, TOLD));
}

function recordsOf(text: string): { record: Record<string, string | undefined>; info: Info }[] {
  try {
    return parse(text, { columns: checkedHeader, bom: true, info: true, skip_empty_lines: true }) as never;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw refused('The body is not valid CSV (RFC 4180).', [
      { pointer: `/${Number(error['lines'] ?? 1)}`, message: error.message },
    ]);
  }
}

function checkedHeader(names: string[]): string[] {
  if (names.filter((name) => name === COLUMN).length === 1) return names;
  const message = `the first line must name the columns, one of them ${COLUMN}; it names ${names.slice(0, 20).join(', ')}`;
  throw refused('The CSV does not say which column holds the computers.', [{ pointer: '/1', message }]);
}

const refused = (detail: string, errors: FieldError[]) =>
  invalid('request.invalid', `${detail} Nothing was changed.`, errors);
