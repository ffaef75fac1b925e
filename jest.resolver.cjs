'use strict';
const { existsSync } = require('node:fs');
const { resolve } = require('node:path');

/**
 * Our sources import each other as `./name.js` (what Node sees after the build); a spec runs the sources themselves,
 * so there that means `./name.ts`. Packages in node_modules are left alone.
 */
module.exports = (request, options) => {
  if (/^\.{1,2}\/.*\.js$/.test(request) && !options.basedir.includes('/node_modules/')) {
    const source = resolve(options.basedir, `${request.slice(0, -3)}.ts`);
    if (existsSync(source)) return source;
  }
  return options.defaultResolver(request, options);
};
