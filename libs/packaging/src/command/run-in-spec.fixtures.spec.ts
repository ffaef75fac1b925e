import { runWaybill } from './run-waybill.js';

/** Runs `waybill …` in the process of the spec. */
export async function waybill(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runWaybill(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
