/** Bytes that the private Debian tree takes while it is made, with a Go compiler in it where the machine has none. */
const DEBIAN_TREE_BYTES = 2_500_000_000;
/** Modules and build cache of MinIO; they are removed when it is built. */
const MINIO_BUILD_BYTES = 3_000_000_000;
/** Data and logs. */
const WORKING_SPACE_BYTES = 500_000_000;

/** What a start needs on the disk in total, so that none of its steps ends in the middle. */
export function neededBytes(missing: { readonly tree: boolean; readonly minio: boolean }): number {
  return (missing.tree ? DEBIAN_TREE_BYTES : 0) + (missing.minio ? MINIO_BUILD_BYTES : 0) + WORKING_SPACE_BYTES;
}
