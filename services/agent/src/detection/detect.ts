import type { DetectionRule, Variant } from '@waybill/contracts/agent';
import { detectArchive } from './archive.detection.js';
import { detectDeb } from './deb.detection.js';
import { detectFile } from './file.detection.js';
import { combine, type Finding } from './finding.js';
import { detectScript } from './script.detection.js';
import type { Workbench } from '../execution/workbench.js';
import { debFiles } from '../execution/plan-steps.js';
import { debFields } from '../installers/deb-fields.js';

/** Judges every rule of the variant, the implied one when it has none. */
export async function detect(bench: Workbench): Promise<Finding> {
  const rules = bench.variant.detection ?? [];
  return combine(
    rules.length > 0 ? await Promise.all(rules.map((rule) => judge(rule, bench))) : await implied(bench.variant, bench),
  );
}

function judge(rule: DetectionRule, bench: Workbench): Promise<Finding> {
  if ('deb' in rule) return detectDeb(rule.deb, bench.paths);
  if ('file' in rule) return detectFile(rule.file, bench.paths);
  return detectScript(rule.script, bench);
}

/** A .deb proves itself by name and version inside it, an archive by the mark that the agent left in its directory. */
async function implied({ installer, artifacts }: Variant, bench: Workbench): Promise<Finding[]> {
  if (installer.type === 'archive')
    return [await detectArchive(installer.directory, artifacts[0]!.sha256!, bench.paths)];
  if (installer.type !== 'deb') return [];
  const fields = await Promise.all(debFiles(bench.variant).map((file) => debFields(bench.file(file))));
  return Promise.all(fields.map((deb) => detectDeb(deb, bench.paths)));
}
