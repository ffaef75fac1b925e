/** What a text means, made anew when the text has changed: keys are replaced while we run. */
export class ParsedText<T> {
  private text: string;
  private parsed: T;

  /** @throws what `parse` throws */
  constructor(
    private readonly read: () => string,
    private readonly parse: (text: string) => T,
  ) {
    this.text = read();
    this.parsed = parse(this.text);
  }

  /** A text that cannot be parsed, half written perhaps, leaves what was known. */
  get current(): T {
    const text = this.read();
    if (text === this.text) return this.parsed;
    try {
      this.parsed = this.parse(text);
      this.text = text;
    } catch {
      // looked at again the next time
    }
    return this.parsed;
  }
}
