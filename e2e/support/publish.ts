import { createHash } from 'node:crypto';
import type { Api } from './api.ts';
import { ApiError } from './api.ts';

/**
 * Registers the package when it is new, uploads its files and publishes the version.
 * @throws ApiError `version.exists` for a version that is published already: nobody can say that it is the same software
 */
export async function publishVersion(
  api: Api,
  manifest: { package: string; version: string; title?: string },
  files: { name: string; bytes: Buffer }[],
): Promise<void> {
  await ignoring('package.exists', () =>
    api.post('/packages', { name: manifest.package, title: manifest.title ?? manifest.package }),
  );
  const base = `/packages/${manifest.package}/versions`;
  const version = `${base}/${encodeURIComponent(manifest.version)}`;
  await api.post(base, manifest);
  for (const file of files) {
    const digest = createHash('sha256').update(file.bytes).digest('base64');
    const response = await api.raw(
      'PUT',
      `${version}/artifacts/${encodeURIComponent(file.name)}`,
      new Uint8Array(file.bytes),
      {
        'content-type': 'application/octet-stream',
        'content-digest': `sha-256=:${digest}:`,
      },
    );
    if (!response.ok)
      throw new ApiError('PUT', file.name, response.status, (await response.json()) as ApiError['problem']);
  }
  await api.post(`${version}/actions/publish`, {});
}

/** Runs a call that may already have been done. */
export async function ignoring(code: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.code !== code) throw error;
  }
}
