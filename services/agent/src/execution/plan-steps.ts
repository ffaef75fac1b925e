import type { ExecuteCommand, Variant } from '@waybill/contracts/agent';
import { probeFiles, type StepName, STEPS } from './attempt.js';

/** The steps of an attempt in order, as far as the variant needs them. Clean-up after a verdict is not among them. */
export function planSteps(
  command: Pick<ExecuteCommand, 'action' | 'installAt' | 'local'>,
  variant: Variant,
): StepName[] {
  const when = (needed: unknown, ...steps: StepName[]) => (needed ? steps : []);
  const { requirements, hooks } = variant;
  const scripts = when(probeFiles(variant).length, STEPS.scripts);
  // A .deb or .rpm without a detection rule is detected by the name inside it, which is known only after the download.
  const late = detectsByArtifact(variant);
  const known = when(!late, STEPS.detectionBefore);
  const learnt = when(late, STEPS.detectionBefore);
  const start = when(command.local?.startAt, STEPS.start);
  const schedule = when(command.local ? command.local.installAt : command.installAt, STEPS.schedule);
  switch (command.action) {
    case 'install':
      return [
        ...start,
        ...scripts,
        ...when(requirements?.length, STEPS.requirements),
        ...known,
        STEPS.space,
        STEPS.download,
        ...learnt,
        ...schedule,
        ...when(requirements?.length, STEPS.requirementsAgain),
        ...when(hooks?.before, STEPS.hookBefore),
        STEPS.install,
        ...when(hooks?.after, STEPS.hookAfter),
        STEPS.detection,
      ];
    case 'uninstall':
      return [
        ...start,
        ...scripts,
        ...known,
        ...when(uninstallFiles(variant).length, STEPS.space, STEPS.download),
        ...learnt,
        ...schedule,
        ...when(hooks?.before, STEPS.hookBefore),
        STEPS.uninstall,
        ...when(hooks?.after, STEPS.hookAfter),
        STEPS.detection,
      ];
    case 'verify':
      return [...start, ...scripts, ...when(late, STEPS.space, STEPS.download), STEPS.detection];
  }
}

/** Artifacts that an uninstallation needs on disk: its script, the hooks, the packages whose names are not known otherwise. */
export function uninstallFiles(variant: Variant): string[] {
  const { hooks, uninstall } = variant;
  const script = uninstall?.type === 'script' ? [uninstall.file] : [];
  const packages = detectsByArtifact(variant) ? packageFiles(variant) : [];
  return [
    ...new Set([
      ...script,
      ...packages,
      ...[hooks?.before, hooks?.after, hooks?.onError].filter((file) => file !== undefined),
    ]),
  ];
}

/** True when detection has to look into the downloaded packages. */
export function detectsByArtifact(variant: Variant): boolean {
  return ['deb', 'rpm'].includes(variant.installer.type) && !variant.detection?.length;
}

/** Artifacts that a package manager installs: `.deb` for dpkg, `.rpm` for rpm. */
export function packageFiles({ installer, artifacts }: Pick<Variant, 'installer' | 'artifacts'>): string[] {
  return artifacts.map(({ file }) => file).filter((file) => file.endsWith(`.${installer.type}`));
}
