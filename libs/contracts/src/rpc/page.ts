import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** Largest page of any list; more is refused, not clamped. */
export const PAGE_LIMIT = 1000;

export class PageQuery {
  /** RSQL over the documented fields, e.g. `status==failed;computerName==pc-1*` */
  @IsOptional() @IsString() @MaxLength(8192) filter?: string;
  /** field name, with a leading `-` for descending */
  @IsOptional() @IsString() @MaxLength(64) sort?: string;
  /** page size, default 100 */
  @IsOptional() @IsInt() @Min(1) @Max(PAGE_LIMIT) limit?: number;
  /** `nextCursor` of the page before, unchanged */
  @IsOptional() @IsString() @MaxLength(1024) cursor?: string;
}

export interface Page<T> {
  items: T[];
  /** null on the last page */
  nextCursor: string | null;
}
