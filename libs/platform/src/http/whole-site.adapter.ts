import type { RequestHandler } from '@nestjs/common/interfaces/index.js';
import { ExpressAdapter } from '@nestjs/platform-express';

/** Express under Nest, with our answers for every path: Nest's own cover what is below the global prefix, and beside it Express would answer HTML. */
export class WholeSiteAdapter extends ExpressAdapter {
  override setNotFoundHandler(handler: RequestHandler): ReturnType<ExpressAdapter['setNotFoundHandler']> {
    return super.setNotFoundHandler(handler as never);
  }
}
