const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** True for well-formed text without control characters (tab and line breaks are allowed): PostgreSQL can store it and a terminal can show it. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text);
}
