/** Bytes of the head of an RPM package, as rpm.org describes it; what follows the header is left out. */
export function rpmHead(fields: [tag: number, value: string | number][], signatureBytes = 5): Buffer {
  const lead = Buffer.alloc(96);
  lead.write('edabeedb0300', 'hex');
  const signature = headerOf([[1000, 'x'.repeat(signatureBytes)]]);
  const padding = Buffer.alloc((8 - (signature.length % 8)) % 8);
  return Buffer.concat([lead, signature, padding, headerOf(fields)]);
}

function headerOf(fields: [tag: number, value: string | number][]): Buffer {
  const index: Buffer[] = [];
  let store = Buffer.alloc(0);
  for (const [tag, value] of fields) {
    const entry = Buffer.alloc(16);
    const type = typeof value === 'number' ? 4 : 6;
    [tag, type, store.length, 1].forEach((word, i) => entry.writeUInt32BE(word, i * 4));
    index.push(entry);
    const number = Buffer.alloc(4);
    if (typeof value === 'number') number.writeUInt32BE(value);
    store = Buffer.concat([store, typeof value === 'number' ? number : Buffer.from(`${value}\0`)]);
  }
  const intro = Buffer.alloc(16);
  intro.write('8eade801', 'hex');
  intro.writeUInt32BE(fields.length, 8);
  intro.writeUInt32BE(store.length, 12);
  return Buffer.concat([intro, ...index, store]);
}
