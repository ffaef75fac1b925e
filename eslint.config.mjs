import nx from '@nx/eslint-plugin';
import { relative } from 'node:path';
import tseslint from 'typescript-eslint';

/** `nx run-many -t lint` starts eslint in each project's folder; from the root it lints what belongs to no project. */
const project = relative(import.meta.dirname, process.cwd());
const isProject = /^(libs|services)\//.test(project);

/** Who may import whom; see ARCHITECTURE.md. A service never imports another service: services meet only in messages. */
const boundaries = [
  { sourceTag: 'type:contracts', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:contracts', 'type:lib'] },
  { sourceTag: 'type:service', onlyDependOnLibsWithTags: ['type:contracts', 'type:lib'] },
  { sourceTag: 'type:agent', onlyDependOnLibsWithTags: ['type:contracts', 'scope:messaging', 'scope:trust'] },
  { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:contracts', 'type:lib'] },
];
/** Specs may in addition use @waybill/testing. */
const boundariesOfSpecs = boundaries.map((rule) => ({
  ...rule,
  onlyDependOnLibsWithTags: [...rule.onlyDependOnLibsWithTags, 'type:testing', 'type:contracts'],
}));
const boundaryRule = (depConstraints) => ['error', { enforceBuildableLibDependency: false, allow: [], depConstraints }];

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.local/', '.nx/', 'coverage/', 'build/', '**/*.generated.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: isProject
        ? { project: ['tsconfig.spec.json'], tsconfigRootDir: process.cwd() }
        : { project: ['tsconfig.spec.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      // Ports are often records of functions written as methods; they are passed on by name.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
      'max-lines': ['error', { max: 350 }],
    },
  },
  {
    files: ['libs/**/*.ts', 'services/**/*.ts', 'src/**/*.ts'],
    plugins: { '@nx': nx },
    rules: { '@nx/enforce-module-boundaries': boundaryRule(boundaries) },
  },
  {
    files: ['**/*.spec.ts', '**/specs/**/*.ts', '**/spec/**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': boundaryRule(boundariesOfSpecs),
      // Jest's asymmetric matchers and parsed answers are `any`; the assertions themselves are the check.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'max-lines': ['error', { max: 500 }],
    },
  },
  {
    files: ['services/agent/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/specs/**', '**/spec/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@waybill/messaging',
              message: 'The agent uses @waybill/messaging/client, the part without Nest and pg.',
            },
          ],
          patterns: [
            {
              group: ['@nestjs/*', 'typeorm', 'pg'],
              message: 'The agent is small: no Nest, no TypeORM, no PostgreSQL.',
            },
          ],
        },
      ],
    },
  },
);
