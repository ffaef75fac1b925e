import { type Grant, ROLES, type Role } from '@waybill/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';

const USERNAME = /^[a-z0-9][a-z0-9._@+-]{0,99}$/;
const USERNAME_MESSAGE =
  'username must be 1-100 lower-case letters, digits or . _ @ + -, starting with a letter or digit, e.g. m.mustermann';
const PASSWORD_MESSAGE = '$property must have 12 to 1000 characters';

/** A role and, unless it holds everywhere, where it holds. */
export class GrantBody implements Grant {
  @IsIn(ROLES) role: Role;
  /** names of groups; absent: all groups and every computer */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 128, { each: true })
  groups?: string[];
  /** categories of packages; absent: all */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 100, { each: true })
  categories?: string[];
}

/** Body of `POST /accounts`. */
export class CreateAccount {
  @Matches(USERNAME, { message: USERNAME_MESSAGE }) username: string;
  @IsString() @Length(12, 1000, { message: PASSWORD_MESSAGE }) password: string;
  /** default none: it can log in and see who it is */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => GrantBody)
  grants?: GrantBody[];
}

/** Body of `PATCH /accounts/{id}`. */
export class UpdateAccount {
  /** ends all sessions and API tokens of the account */
  @IsOptional() @IsString() @Length(12, 1000, { message: PASSWORD_MESSAGE }) password?: string;
  /** replaces all grants; they count from the next request on */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => GrantBody)
  grants?: GrantBody[];
  /** a disabled account can do nothing, its sessions and API tokens neither */
  @IsOptional() @IsBoolean() disabled?: boolean;
}

/** Body of `POST /session/actions/change-password`. */
export class ChangePassword {
  @IsString() @Length(1, 1000) currentPassword: string;
  @IsString() @Length(12, 1000, { message: PASSWORD_MESSAGE }) newPassword: string;
  /** default false: whoever knew the old password may have made some */
  @IsOptional() @IsBoolean() keepApiTokens?: boolean;
}
