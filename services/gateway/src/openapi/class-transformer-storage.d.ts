// class-transformer keeps this to itself; class-validator-jsonschema needs it to follow @Type.
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: import('class-validator-jsonschema').IOptions['classTransformerMetadataStorage'];
}
