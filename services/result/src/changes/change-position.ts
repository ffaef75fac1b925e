import { invalid } from '@waybill/contracts';

/**
 * How far a reader has come in a job's changes: `offset` computers of change row `id` of transaction `xid`, and everything before that row.
 * Numbers are 64-bit, hence bigint.
 */
export interface ChangePosition {
  xid: bigint;
  id: bigint;
  offset: number;
}

const FORMAT = /^(\d{1,20})-(\d{1,19})-(\d{1,9})$/;
const MAX_XID = 2n ** 64n - 1n;
const MAX_ID = 2n ** 63n - 1n;

export function formatPosition({ xid, id, offset }: ChangePosition): string {
  return `${xid}-${id}-${offset}`;
}

/** @throws WaybillError `changes.position` for anything that {@link formatPosition} did not make */
export function parsePosition(text: string): ChangePosition {
  const parts = FORMAT.exec(text);
  const position = parts && { xid: BigInt(parts[1]!), id: BigInt(parts[2]!), offset: Number(parts[3]) };
  if (position && position.xid <= MAX_XID && position.id <= MAX_ID) return position;
  throw invalid('changes.position', 'The position is not one that was given out; begin without one.');
}

/** A change row as it is stored. */
export interface ChangeRow {
  id: bigint;
  xid: bigint;
  run: number;
  computers: string[];
}

export interface ChangePage {
  /** changed executions, each once */
  changed: { run: number; computerId: string }[];
  position: ChangePosition;
  /** rows were left over */
  more: boolean;
}

/**
 * Takes at most `limit` executions out of rows that start at the position, each execution once.
 * @param rows in order; the first may be the one that the position is in
 */
export function pageOfChanges(from: ChangePosition, rows: readonly ChangeRow[], limit: number): ChangePage {
  const changed = new Map<string, { run: number; computerId: string }>();
  let position = from;
  for (const { id, xid, run, computers } of rows) {
    let offset = xid === from.xid && id === from.id ? from.offset : 0;
    for (; offset < computers.length; offset++) {
      const computerId = computers[offset]!;
      const key = `${run}/${computerId}`;
      if (changed.size === limit && !changed.has(key))
        return { changed: [...changed.values()], position: { xid, id, offset }, more: true };
      changed.set(key, { run, computerId });
    }
    position = { xid, id, offset };
  }
  return { changed: [...changed.values()], position, more: false };
}
