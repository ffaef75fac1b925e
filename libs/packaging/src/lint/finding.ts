import type { Place } from '../manifest/manifest-text.js';

/** One remark about a package directory, at its place in the manifest (line and column from 1). An error stops publishing, a warning does not. */
export interface Finding extends Place {
  severity: 'error' | 'warning';
  /** RFC 6901 JSON pointer into the manifest; empty for the manifest as a whole */
  pointer: string;
  message: string;
}

/** In the order in which a reader meets them. */
export function byPlace(a: Finding, b: Finding): number {
  return a.line - b.line || a.column - b.column || a.message.localeCompare(b.message);
}

/** `waybill.yaml:3:5 error: message (/variants/0)`, the form in which editors find the place. */
export function describeFinding(file: string, finding: Finding): string {
  const { line, column, severity, message, pointer } = finding;
  return `${file}:${line}:${column} ${severity}: ${message}${pointer === '' ? '' : ` (${pointer})`}`;
}
