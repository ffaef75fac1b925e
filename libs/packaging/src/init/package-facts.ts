/** What could be learnt from a package file; what is missing was not to be found in it. */
export interface PackageFacts {
  /** plain name of the file */
  file: string;
  kind: 'deb' | 'rpm' | 'archive';
  /** of the package */
  name: string;
  /** deb and rpm only: its name on the computer */
  systemName?: string;
  version?: string;
  arch: 'amd64' | 'arm64' | 'any';
  publisher?: string;
  description?: string;
  /** archive only: the one directory at the top that holds everything is left out */
  stripComponents?: 0 | 1;
}
