/** Injection token of the object storage that uploads are streamed into. */
export const OBJECT_STORAGE = Symbol('ObjectStorage');
