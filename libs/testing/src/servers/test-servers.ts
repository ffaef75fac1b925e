/** Addresses of the real servers that specs use; `npm test` starts them and sets these variables. */
export interface TestServers {
  /** superuser */
  postgresUrl: string;
  /** administrator, without virtual host */
  brokerUrl: string;
  brokerManagementUrl: string;
  s3: { endpoint: string; accessKey: string; secretKey: string };
}

/** @throws when a variable is missing: a spec without its server must fail, not be skipped */
export function testServers(env: NodeJS.ProcessEnv = process.env): TestServers {
  const need = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set; run the specs through "npm test", which starts the servers`);
    return value;
  };
  return {
    postgresUrl: need('WAYBILL_TEST_POSTGRES_URL'),
    brokerUrl: need('WAYBILL_TEST_BROKER_URL').replace(/\/$/, ''),
    brokerManagementUrl: need('WAYBILL_TEST_BROKER_MANAGEMENT_URL').replace(/\/$/, ''),
    s3: {
      endpoint: need('WAYBILL_TEST_S3_ENDPOINT'),
      accessKey: need('WAYBILL_TEST_S3_ACCESS_KEY'),
      secretKey: need('WAYBILL_TEST_S3_SECRET_KEY'),
    },
  };
}
