import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The layers of the house: each may import from those before it, never from those after it. */
const forbid = (...folders) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: folders.map((folder) => ({
        group: [`**/${folder}/**`],
        message: `Imports go one way: demo, bench, cli -> src -> host -> shaders.`,
      })),
    },
  ],
});

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'demo/dist/', 'node_modules/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: true },
      ],
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['host/**/*.ts'], rules: forbid('src', 'test', 'bench', 'demo') },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**'],
    rules: forbid('cli', 'test', 'bench', 'demo'),
  },
  {
    files: ['src/reference/**/*.ts'],
    rules: forbid('host', 'shaders', 'cli', 'test', 'bench', 'demo'),
  },
  { files: ['src/cli/**/*.ts'], rules: forbid('host', 'shaders', 'test', 'bench', 'demo') },
);
