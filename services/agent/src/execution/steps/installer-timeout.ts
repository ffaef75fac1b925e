/** Limit of an installer, and of each hook, when the manifest names none. */
export const DEFAULT_TIMEOUT = 'PT60M';
