import { z } from 'zod';
import { DURATION_PATTERN, durationMs } from './duration.js';

const NAME = /^[a-z0-9][a-z0-9._-]{0,127}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9.+~^:_-]{0,127}$/;
const FILE = /^[A-Za-z0-9][A-Za-z0-9.+~_ ()-]{0,254}$/;
/** No part of it is `..`; an expression, so that the JSON Schema says it, too. */
const ABSOLUTE_PATH = /^\/(?!(?:[^\u0000-\u001f]*\/)?\.\.(?:\/|$))[^\u0000-\u001f]*$/;
const SIZE = /^\d{1,12}(B|KiB|MiB|GiB|TiB)$/;

export const packageName = z
  .string()
  .regex(NAME, 'use 1-128 lower-case letters, digits, dot, dash or underscore, e.g. acme-ledger');
export const packageVersion = z.string().regex(VERSION, 'use letters, digits and . + ~ ^ : _ -, e.g. 2.4.0');
const fileName = z.string().regex(FILE, 'use a plain file name without a path, e.g. setup.deb');
const size = z.string().regex(SIZE, 'use a whole number and a unit, e.g. 500MiB');
/** The longest time-out: an installer that runs for longer hangs, and holds up every other one on the computer. */
const LONGEST_MS = durationMs('P7D');
const duration = z
  .string()
  .regex(DURATION_PATTERN, { error: 'use an ISO 8601 duration, e.g. PT20M', abort: true })
  .refine((text) => durationMs(text) > 0, 'must be longer than 0, e.g. PT20M')
  .refine((text) => durationMs(text) <= LONGEST_MS, 'must be at most P7D (7 days), e.g. PT20M');
const absolutePath = z.string().max(4096).regex(ABSOLUTE_PATH, 'use an absolute path without ".."');
const mode = z.string().regex(/^0?[0-7]{3,4}$/, 'use an octal mode, e.g. 0644');
const exitCode = z.int().min(0).max(65535);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'use 64 lower-case hexadecimal digits');

const artifact = z.strictObject({
  file: fileName,
  /** filled in by the server on upload */
  sha256: sha256.optional(),
  /** bytes; filled in by the server on upload */
  size: z.int().min(0).optional(),
});

const platform = z.strictObject({
  os: z.enum(['linux', 'windows', 'macos']),
  arch: z
    .array(z.enum(['amd64', 'arm64', 'any']))
    .min(1)
    .optional(),
  distribution: z.array(z.string().min(1).max(64)).min(1).optional(),
});

const requirement = z.union([
  z.strictObject({ disk: z.strictObject({ path: absolutePath, free: size }) }),
  z.strictObject({ memory: z.strictObject({ total: size }) }),
  z.strictObject({
    software: z.strictObject({
      name: z.string().min(1).max(128),
      version: z.string().max(128).optional(),
      absent: z.boolean().optional(),
    }),
  }),
  z.strictObject({ script: z.strictObject({ file: fileName, timeout: duration.optional() }) }),
]);

const detection = z.union([
  z.strictObject({
    deb: z.strictObject({
      package: z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/, 'use a Debian package name'),
      version: z.string().max(128).optional(),
    }),
  }),
  z.strictObject({
    rpm: z.strictObject({
      package: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'use the name of an RPM package'),
      /** `2.4.0`, with its release `2.4.0-1.el9`, or with its epoch, too */
      version: z.string().max(128).optional(),
    }),
  }),
  z.strictObject({
    file: z.strictObject({ path: absolutePath, sha256: sha256.optional(), exists: z.boolean().optional() }),
  }),
  z.strictObject({ script: z.strictObject({ file: fileName, timeout: duration.optional() }) }),
]);

const installer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('deb') }),
  z.strictObject({ type: z.literal('rpm') }),
  /** unpacks the first artifact into `directory`, atomically, the old tree kept until the new one is proved */
  z.strictObject({
    type: z.literal('archive'),
    directory: absolutePath,
    stripComponents: z.int().min(0).max(10).optional(),
  }),
  z.strictObject({
    type: z.literal('files'),
    files: z
      .array(
        z.strictObject({
          file: fileName,
          path: absolutePath,
          mode: mode.optional(),
          owner: z.string().max(64).optional(),
          group: z.string().max(64).optional(),
        }),
      )
      .min(1)
      .max(1000),
  }),
  z.strictObject({
    type: z.literal('script'),
    file: fileName,
    args: z.array(z.string().max(4096)).max(100).optional(),
  }),
]);

const variant = z.strictObject({
  platform,
  artifacts: z.array(artifact).min(1).max(1000),
  installer,
  requirements: z.array(requirement).max(100).optional(),
  detection: z.array(detection).min(1).max(100).optional(),
  hooks: z
    .strictObject({ before: fileName.optional(), after: fileName.optional(), onError: fileName.optional() })
    .optional(),
  exitCodes: z
    .strictObject({
      success: z.array(exitCode).optional(),
      restart: z.array(exitCode).optional(),
      retry: z.array(exitCode).optional(),
    })
    .optional(),
  timeout: duration.optional(),
  uninstall: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('deb') }),
      z.strictObject({ type: z.literal('rpm') }),
      z.strictObject({ type: z.literal('archive') }),
      z.strictObject({ type: z.literal('files') }),
      z.strictObject({
        type: z.literal('script'),
        file: fileName,
        args: z.array(z.string().max(4096)).max(100).optional(),
      }),
    ])
    .optional(),
});

/** What a package version is and how it is installed and proved, as a packager writes it (`waybill.yaml`). */
export const manifestSchema = z.strictObject({
  package: packageName,
  version: packageVersion,
  versionScheme: z.enum(['semver', 'debian', 'rpm', 'dotted']).optional(),
  title: z.string().min(1).max(200).optional(),
  publisher: z.string().max(200).optional(),
  description: z.string().max(4000).optional(),
  category: z.string().max(100).optional(),
  variants: z.array(variant).min(1).max(50),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type Variant = z.infer<typeof variant>;
export type Artifact = z.infer<typeof artifact>;
export type Platform = z.infer<typeof platform>;
export type Requirement = z.infer<typeof requirement>;
export type DetectionRule = z.infer<typeof detection>;
export type Installer = z.infer<typeof installer>;
