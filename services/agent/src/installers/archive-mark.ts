import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isNothingThere } from '../detection/finding.js';

/** File in the root of every tree that Waybill unpacked; says from what. */
export const MARK_FILE = '.waybill.json';

const schema = z.object({ sha256: z.string(), package: z.string(), version: z.string() });

export type ArchiveMark = z.infer<typeof schema>;

export async function writeMark(directory: string, mark: ArchiveMark): Promise<void> {
  await writeFile(join(directory, MARK_FILE), JSON.stringify(mark) + '\n', { mode: 0o644, flush: true });
}

/** The mark of a tree, null when the directory is missing or not Waybill's, `unreadable` when that cannot be told. */
export async function readMark(directory: string): Promise<ArchiveMark | 'unreadable' | null> {
  try {
    return schema.parse(JSON.parse(await readFile(join(directory, MARK_FILE), 'utf8')));
  } catch (error) {
    return isNothingThere(error) ? null : 'unreadable';
  }
}
