import type { DetectionRule, Variant } from '@waybill/contracts/agent';
import { detectArchive } from './archive.detection.js';
import { detectDeb } from './deb.detection.js';
import { detectFile } from './file.detection.js';
import { combine, type Finding } from './finding.js';
import { detectScript } from './script.detection.js';
import type { Workbench } from '../execution/workbench.js';
import { packageFiles } from '../execution/plan-steps.js';
import { debFields } from '../installers/deb-fields.js';
import { rpmFields } from '../installers/rpm-query.js';
import { detectRpm } from './rpm.detection.js';

/** Judges every rule of the variant, the implied one when it has none. */
export async function detect(bench: Workbench): Promise<Finding> {
  const rules = bench.variant.detection ?? [];
  return combine(
    rules.length > 0 ? await Promise.all(rules.map((rule) => judge(rule, bench))) : await implied(bench.variant, bench),
  );
}

function judge(rule: DetectionRule, bench: Workbench): Promise<Finding> {
  if ('deb' in rule) return detectDeb(rule.deb, bench.paths);
  if ('rpm' in rule) return detectRpm(rule.rpm, bench.paths);
  if ('file' in rule) return detectFile(rule.file, bench.paths);
  return detectScript(rule.script, bench);
}

/** A .deb or .rpm proves itself by name and version inside it, an archive by the mark that the agent left in its directory. */
async function implied(variant: Variant, bench: Workbench): Promise<Finding[]> {
  const { installer, artifacts } = variant;
  const files = packageFiles(variant).map((file) => bench.file(file));
  if (installer.type === 'archive')
    return [await detectArchive(installer.directory, artifacts[0]!.sha256!, bench.paths)];
  if (installer.type === 'deb')
    return Promise.all(files.map(async (file) => detectDeb(await debFields(file), bench.paths)));
  if (installer.type === 'rpm')
    return Promise.all(files.map(async (file) => detectRpm(await rpmFields(file), bench.paths)));
  return [];
}
