import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { RequestWithId } from '../http/request-id.js';

/** Paths whose values are never written to a log. */
const SECRETS = [
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["idempotency-key"]',
  'res.headers["set-cookie"]',
  '*.password',
  '*.secret',
  '*.token',
  '*.access_token',
  '*.client_assertion',
];

/** JSON logs on standard output, one line an event, with the request's id. */
@Module({})
export class LoggingModule {
  /** @param level pino level, e.g. `info` */
  static forRoot(service: string, level: string): DynamicModule {
    return {
      module: LoggingModule,
      imports: [
        LoggerModule.forRoot({
          pinoHttp: {
            name: service,
            level,
            redact: { paths: SECRETS, censor: '(redacted)' },
            genReqId: (request) => (request as unknown as RequestWithId).id ?? '',
            autoLogging: { ignore: (request) => request.url?.startsWith('/health/') ?? false },
            // Bodies and full headers do not belong into logs; what and how long is enough.
            serializers: {
              req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
                id,
                method,
                url: url.split('?')[0],
              }),
              res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
            },
            customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'debug'),
          },
        }),
      ],
    };
  }
}
