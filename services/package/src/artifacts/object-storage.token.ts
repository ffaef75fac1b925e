/** Injection token of the `ObjectStorage` port. */
export const OBJECT_STORAGE = Symbol('ObjectStorage');
