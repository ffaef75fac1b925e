import { type FileHandle, open } from 'node:fs/promises';

/** Fields of a header that are wanted here, by their number in rpm's tag list. */
export const RPM_TAGS = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  summary: 1004,
  vendor: 1011,
  arch: 1022,
  /** missing in source packages */
  sourceRpm: 1044,
} as const;

export type RpmHeader = Partial<Record<keyof typeof RPM_TAGS, string>>;

const LEAD = { bytes: 96, magic: 'edabeedb' };
const INTRO = { bytes: 16, magic: '8eade801' };
const ENTRY_BYTES = 16;
/** rpm's own limit on entries; headers of large packages have some megabytes. */
const MOST = { entries: 0xffff, bytes: 64 * 1024 * 1024 };
const TYPES = { int32: 4, string: 6, stringArray: 8, i18nString: 9 };

/**
 * Reads the header of an RPM package (rpm.org, "RPM V4 package format"): lead, signature header, header. No program is needed for it.
 * @throws Error that says what is wrong with the file
 */
export async function readRpmHeader(path: string): Promise<RpmHeader> {
  const file = await open(path);
  try {
    const lead = await read(file, 0, LEAD.bytes);
    if (lead.toString('hex', 0, 4) !== LEAD.magic) throw new Error('it does not begin like an RPM package');
    const signature = await introAt(file, LEAD.bytes);
    // the header begins at a multiple of 8
    const at = Math.ceil(signature.end / 8) * 8;
    const { entries, end } = await introAt(file, at);
    return fieldsOf(await read(file, at + INTRO.bytes, end - at - INTRO.bytes), entries);
  } finally {
    await file.close();
  }
}

/** How many entries the header at a place has, and where it ends. */
async function introAt(file: FileHandle, at: number): Promise<{ entries: number; end: number }> {
  const intro = await read(file, at, INTRO.bytes);
  if (intro.toString('hex', 0, 4) !== INTRO.magic) throw new Error(`there is no header at byte ${at}`);
  const [entries, bytes] = [intro.readUInt32BE(8), intro.readUInt32BE(12)];
  if (entries > MOST.entries || bytes > MOST.bytes) throw new Error(`the header at byte ${at} is too large`);
  return { entries, end: at + INTRO.bytes + entries * ENTRY_BYTES + bytes };
}

function fieldsOf(header: Buffer, entries: number): RpmHeader {
  const store = header.subarray(entries * ENTRY_BYTES);
  const names = new Map(Object.entries(RPM_TAGS).map(([name, tag]) => [tag as number, name as keyof RpmHeader]));
  const fields: RpmHeader = {};
  for (let at = 0; at < entries * ENTRY_BYTES; at += ENTRY_BYTES) {
    const name = names.get(header.readUInt32BE(at));
    const value = name && valueAt(store, header.readUInt32BE(at + 4), header.readUInt32BE(at + 8));
    if (name && value !== undefined) fields[name] = value;
  }
  return fields;
}

/** The first value of a field; undefined for what is neither text nor a number. */
function valueAt(store: Buffer, type: number, offset: number): string | undefined {
  if (type === TYPES.int32) {
    if (offset + 4 > store.length) throw new Error('a field lies outside of its header');
    return String(store.readUInt32BE(offset));
  }
  if (type !== TYPES.string && type !== TYPES.stringArray && type !== TYPES.i18nString) return undefined;
  const end = store.indexOf(0, offset);
  if (offset >= store.length || end < 0) throw new Error('a field lies outside of its header');
  return store.toString('utf8', offset, end);
}

async function read(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
  if (bytesRead < bytes) throw new Error('it ends too early');
  return buffer;
}
