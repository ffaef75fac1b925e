/** `npm run sbom [-- FILE]`: what a release consists of, as CycloneDX JSON, on standard output or into a file. */
import { writeFileSync } from 'node:fs';
import { makeSbom } from './sbom/make-sbom.ts';

const HELP = `npm run sbom [-- FILE]    software bill of materials (CycloneDX JSON) of what runs in production, from package-lock.json
`;

const [file] = process.argv.slice(2);
if (file === '--help') process.stdout.write(HELP);
else {
  const text = `${JSON.stringify(makeSbom(), null, 2)}\n`;
  if (file) writeFileSync(file, text);
  else process.stdout.write(text);
}
