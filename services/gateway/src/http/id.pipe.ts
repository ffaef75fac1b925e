import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { invalid } from '@waybill/contracts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Much longer text is not worth repeating. */
const SHOWN = 60;

/** An id in a path; what is none is named, with what would be right. */
@Injectable()
export class IdPipe implements PipeTransform<string, string> {
  /** @throws WaybillError invalid `request.badId` */
  transform(value: string, { data }: ArgumentMetadata): string {
    if (UUID.test(value)) return value;
    const name = data ?? 'id';
    const shown = JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value);
    const message = `${shown} is not an id; an id is a UUID such as 0199f3a0-7c1e-7000-8000-000000000001`;
    throw invalid('request.badId', `In the path, ${name}: ${message}.`, [{ pointer: `/${name}`, message }]);
  }
}
