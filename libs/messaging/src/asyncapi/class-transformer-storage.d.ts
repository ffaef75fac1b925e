// class-transformer keeps this to itself; class-validator-jsonschema needs it to follow @Type.
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: object;
}
