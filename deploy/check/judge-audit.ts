import type { AuditException } from './audit-exceptions.ts';

/** The part of `npm audit --json` that counts. */
export interface AuditReport {
  readonly vulnerabilities: Readonly<{ [name: string]: { readonly via: readonly (string | Advisory)[] } }>;
}

interface Advisory {
  readonly name: string;
  readonly title: string;
  /** its last part is the id */
  readonly url: string;
  readonly severity: string;
}

/** A sentence for every hole without an exception, and for every exception without a hole. */
export function judgeAudit(report: AuditReport, exceptions: readonly AuditException[]): string[] {
  const found = new Map<string, Advisory>();
  for (const { via } of Object.values(report.vulnerabilities)) {
    for (const advisory of via) if (typeof advisory !== 'string') found.set(idOf(advisory), advisory);
  }
  const holes = [...found].filter(([id, { name }]) => !exceptions.some((e) => e.advisory === id && e.package === name));
  const needless = exceptions.filter((exception) => found.get(exception.advisory)?.name !== exception.package);
  return [
    ...holes.map(
      ([id, { name, severity, title }]) =>
        `${name}: ${title} (${severity}, ${id}). Update it, or write down in deploy/check/audit-exceptions.ts why it does no harm.`,
    ),
    ...needless.map((e) => `The exception ${e.advisory} of ${e.package} is not needed any more: remove it.`),
  ];
}

/** Exceptions are looked at again when their time is over, whether or not the registry answers. */
export function judgeExceptions(exceptions: readonly AuditException[], today: string): string[] {
  return exceptions.flatMap(({ advisory, package: name, reason, until }) => {
    const about = `The exception ${advisory} of ${name}`;
    if (!/^\d{4}-\d{2}-\d{2}$/.test(until)) return [`${about} needs a last day, YYYY-MM-DD.`];
    if (reason.trim().length < 20) return [`${about} needs a reason that somebody else can judge.`];
    return until < today ? [`${about} ended on ${until}: look at it again.`] : [];
  });
}

const idOf = ({ url }: Advisory): string => url.split('/').at(-1) ?? url;
