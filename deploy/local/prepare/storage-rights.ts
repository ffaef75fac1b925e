/** The services that have an account of object storage. */
export const STORAGE_SERVICES = ['gateway', 'package', 'fleet'] as const;
export type StorageService = (typeof STORAGE_SERVICES)[number];

/** What a service may do with the bucket, and with the artifacts in it; nothing else. */
const RIGHTS: Readonly<{ [service in StorageService]: { bucket: readonly string[]; artifacts: readonly string[] } }> = {
  // writes what is streamed through it, signs the writing of parts; never reads or removes
  gateway: { bucket: [], artifacts: ['s3:PutObject', 's3:AbortMultipartUpload'] },
  // begins and joins parts, reads to verify, removes what nobody needs
  package: {
    bucket: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
    artifacts: [
      's3:GetObject',
      's3:PutObject',
      's3:DeleteObject',
      's3:AbortMultipartUpload',
      's3:ListMultipartUploadParts',
    ],
  },
  // signs the reading of artifacts
  fleet: { bucket: [], artifacts: ['s3:GetObject'] },
};

/** The policy document (IAM) of a service's account. */
export function storagePolicy(service: StorageService, bucket: string): object {
  const { bucket: onBucket, artifacts } = RIGHTS[service];
  const statement = (actions: readonly string[], resource: string): object[] =>
    actions.length === 0 ? [] : [{ Effect: 'Allow', Action: actions, Resource: [`arn:aws:s3:::${resource}`] }];
  return {
    Version: '2012-10-17',
    Statement: [...statement(onBucket, bucket), ...statement(artifacts, `${bucket}/artifacts/*`)],
  };
}
