import type { VersionView } from '@waybill/contracts';
import { manifestDigest } from '@waybill/trust';
import type { CompletePackage } from '../build/complete-package.js';
import { judgeVersion } from './judge-version.js';
import type { Patience } from './patience.js';
import { ApiProblem, PublishError } from './publish-error.js';
import type { RestApi } from './rest-api.js';
import { FileUpload } from './upload-file.js';

export interface Publication {
  api: RestApi;
  patience: Patience;
  tell: (line: string) => void;
  /** compact JWS of a publishing key over the manifest; absent: the server signs */
  signature?: string;
}

/**
 * Registers package and version, uploads what is missing and publishes. Every step asks for what is there already: after a cut, the same
 * call goes on and ends the same.
 * @throws PublishError
 */
export async function publishPackage(complete: CompletePackage, publication: Publication): Promise<VersionView> {
  const { api, tell, patience, signature } = publication;
  const { manifest, artifacts, paths } = complete;
  const path = `/packages/${manifest.package}/versions/${encodeURIComponent(manifest.version)}`;
  const found = await missingIs('version.notFound', () => api.get<VersionView>(path));
  const draft = found ?? (await createDraft(complete, publication));
  const state = judgeVersion(draft, manifest);
  if (state === 'published')
    tell(`${manifest.package} ${manifest.version} is published already, with the same content`);
  else {
    tell(`draft ${manifest.version} ${found ? 'is there already' : 'created'}`);
    const upload = new FileUpload(api, draft, patience, tell);
    for (const [name, artifact] of artifacts) {
      const there = draft.artifacts.find(({ file }) => file === name);
      if (there?.uploaded && there.sha256 === artifact.sha256) tell(`${name}: is there already`);
      else {
        const { deduplicated } = await upload.run({ name, path: paths.get(name)!, ...artifact });
        tell(`${name}: stored${deduplicated ? ', the server had the same bytes' : ''}`);
      }
    }
  }
  // a version that is published already is signed anew if its signature no longer counts, else nothing happens
  const published = await api.post<VersionView>(
    `${path}/actions/publish`,
    signature === undefined ? {} : { signature },
  );
  if (published.manifestDigest === manifestDigest(manifest)) return published;
  throw new PublishError(
    `The server has published ${published.manifestDigest}, not ${manifestDigest(manifest)}: withdraw the version.`,
  );
}

async function createDraft({ manifest }: CompletePackage, { api, tell }: Publication): Promise<VersionView> {
  const { package: name, title = name, publisher, description, category } = manifest;
  if (!(await missingIs('package.notFound', () => api.get(`/packages/${name}`)))) {
    const made = await missingIs('package.exists', () =>
      api.post('/packages', { name, title, publisher, description, category }),
    );
    tell(made ? `package ${name} registered` : `package ${name} is there already`);
  }
  const versions = `/packages/${name}/versions`;
  // another publication may have been quicker: it is judged like one that was there before
  return (
    (await missingIs('version.exists', () => api.post<VersionView>(versions, manifest))) ??
    (await api.get<VersionView>(`${versions}/${encodeURIComponent(manifest.version)}`))
  );
}

/** Undefined for an answer that is one of the expected ones. */
async function missingIs<T>(code: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiProblem && error.code === code) return undefined;
    throw error;
  }
}
