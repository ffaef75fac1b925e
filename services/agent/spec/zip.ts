import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  content: string;
  /** Unix mode with file type */
  mode?: number;
  /** uncompressed size that the headers claim, default the true one */
  declared?: number;
}

/** Bytes of a zip, honest or not. */
export function zipBytes(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0o100644, declared = content.length } of entries) {
    const data = deflateRawSync(content);
    const file = Buffer.from(name);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(crc32(content), 0);
    sizes.writeUInt32LE(data.length, 4);
    sizes.writeUInt32LE(declared, 8);
    const local = Buffer.concat([
      Buffer.from('504b03041400000008000000' + '0000', 'hex'),
      sizes,
      u16(file.length),
      u16(0),
      file,
      data,
    ]);
    const attributes = Buffer.alloc(4);
    attributes.writeUInt32LE((mode << 16) >>> 0);
    const at = Buffer.alloc(4);
    at.writeUInt32LE(offset);
    central.push(
      Buffer.concat([
        Buffer.from('504b01021403140000000800' + '00000000', 'hex'),
        sizes,
        u16(file.length),
        u16(0),
        u16(0),
        u16(0),
        u16(0),
        attributes,
        at,
        file,
      ]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('504b0506', 'hex');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}
