/** Address of a real server for tests. @throws Error that says how to get one */
export function serverAddress(variable: `WAYBILL_TEST_${string}`): string {
  const value = process.env[variable];
  if (!value)
    throw new Error(
      `${variable} is not set; run the specs through npm test, or point it at a server of your own (CONTRIBUTING.md)`,
    );
  return value;
}
