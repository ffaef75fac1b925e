import { type Field, isPattern } from '@waybill/persistence';

/** The filter field `attribute.<key>` of `computers c`. Plain equality is a containment, which the index on attributes serves whatever the key. */
export function attributeField(): Field {
  return {
    sql: (key, bind) => `(c.attributes ->> ${bind(key)}::text)`,
    type: 'text',
    compile: (operator, values, bind, key) => {
      if ((operator !== '==' && operator !== '=in=') || values.some(isPattern)) return null;
      const has = (value: string) => `c.attributes @> ${bind(JSON.stringify({ [key]: value }))}::jsonb`;
      return `(${values.map(has).join(' OR ')})`;
    },
  };
}
