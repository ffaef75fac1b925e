/**
 * Machine-readable reasons that accompany a status, with the sentence a help-desk person reads.
 * A report may add facts to the sentence; the code is what retry rules match (`download.*`).
 */
export const REASONS = {
  online: 'The computer is connected; it has been sent the command.',
  offline: 'The computer is not connected; it will act when it comes back.',
  wave: 'The computer waits until its wave is released.',
  released: 'The wave of this computer was released; it has not answered yet.',
  alreadyInstalled: 'The software was already present, so nothing was downloaded or installed.',
  alreadyAbsent: 'The software was not present, so there was nothing to uninstall.',
  schedule: 'The computer waits for the moment that the job names.',
  retry: 'An attempt has failed; the computer waits before it tries again.',
  'installer.busy': 'Another installation is running on this computer.',
  'agent.restarted': 'The agent or the computer restarted in the middle of this step.',
  'agent.error': 'The agent met an error of its own.',
  'command.expired': 'The command had expired before the agent could act on it.',
  'command.refused': 'The agent refused the command because its proof of origin does not hold.',
  'command.notUnderstood': 'The agent does not understand the command; a newer agent may.',
  'manifest.refused': 'The manifest of the package is not signed by a publishing key that this computer trusts.',
  'manifest.keyRevoked': 'The key that this version was published with has been revoked.',
  'download.checksum': 'The downloaded file is not the one that was published.',
  'download.size': 'The downloaded file does not have the published size.',
  'download.failed': 'The file could not be downloaded.',
  'install.exitCode': 'The installer ended with an exit code that means failure.',
  'install.timeout': 'The installer did not finish within its time limit.',
  'install.archive': 'The archive holds an entry that may not be unpacked.',
  'install.failed': 'The installer could not be run.',
  'job.canceled': 'An administrator canceled the job before this computer had begun installing.',
  'job.held': 'The job was paused or has halted before this computer had begun installing; it waits.',
  'job.expired': 'The job expired before this computer had begun installing.',
  'requirement.disk': 'There is not enough free disk space.',
  'requirement.memory': 'There is not enough memory.',
  'requirement.software': 'Required software is missing, or software that must be absent is present.',
  'requirement.script': 'The requirement script says that the computer is not suitable.',
  'variant.none': 'The package has no variant for this platform.',
  'verify.notDetected': 'The installer ended without an error but the software was not found afterwards.',
  'verify.stillDetected': 'The uninstaller ended without an error but the software is still there.',
  'action.unsupported': 'This agent cannot do what the job asks for.',
} as const;

export type ReasonCode = keyof typeof REASONS;
