import { isIP } from 'node:net';
import { ValidateBy, type ValidationOptions } from 'class-validator';

/** The entries of a comma-separated variable. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** A comma-separated list each of whose entries passes. @param what e.g. `origins such as https://console.example.org` */
export function IsListOf(
  passes: (entry: string) => boolean,
  what: string,
  options?: ValidationOptions,
): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isListOf',
      validator: {
        validate: (value) => typeof value === 'string' && listOf(value).every(passes),
        defaultMessage: (about) => {
          const wrong = listOf(String(about?.value)).find((entry) => !passes(entry));
          return `$property must be a comma-separated list of ${what}; "${wrong ?? ''}" is none`;
        },
      },
    },
    options,
  );
}

/** Scheme, host and port, nothing else; a star would open the API to every page. */
export function isOrigin(entry: string): boolean {
  return URL.canParse(entry) && /^https?:\/\//.test(entry) && new URL(entry).origin === entry;
}

/** An address or a network, e.g. `10.0.0.0/8`. */
export function isNetwork(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
