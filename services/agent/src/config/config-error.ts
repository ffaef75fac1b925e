/** A setting is wrong; the message is one sentence that names it and is all that the person needs to see. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
