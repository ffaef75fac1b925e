import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestJsonSchema } from '@waybill/contracts';

writeFileSync(join(import.meta.dirname, 'manifest.schema.json'), `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
