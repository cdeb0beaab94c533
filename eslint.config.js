import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * The layers of the house, lowest first: a file imports from its own layer and from lower ones. `glob` is
 * what a layer's files are, where that is less than its folder, `shared` what any layer may use.
 */
const LAYERS = [
  { folder: 'shaders' },
  { folder: 'host' },
  { folder: 'src/math' },
  { folder: 'src/rows' },
  { folder: 'src/ops' },
  { folder: 'src/fit' },
  { folder: 'src/networks' },
  { folder: 'src/methods', glob: 'src/methods/*/!(cli)/**' },
  { folder: 'src/worker' },
  { folder: 'src/interop' },
  { folder: 'src/compat' },
  { folder: 'src/shard' },
  { folder: 'src/cli' },
  { folder: 'bench' },
  { folder: 'demo' },
  { folder: 'test', shared: ['./golden', './engines/chromium_launch.ts'] },
];

const oneWay = LAYERS.flatMap(({ folder, glob }, layer) =>
  LAYERS.slice(layer + 1).map((higher) => ({
    target: [`./${glob ?? `${folder}/**`}`, ...(glob ? ['./src/methods/*/*.ts'] : [])],
    from: `./${higher.folder}`,
    ...(higher.shared ? { except: higher.shared } : {}),
    message: `Imports go one way: ${folder} is below ${higher.folder}.`,
  })),
);

/** What runs without a GPU, and what has no business with one. */
const withoutDevice = [
  './src/**/*.twin.ts',
  './src/methods/*/twin/**',
  './src/math/**',
  './src/cli/**',
  './src/methods/*/cli/**',
].flatMap((target) =>
  ['./host', './shaders'].map((from) => ({
    target,
    from,
    message: 'Twins, host mathematics and the command line know nothing of the device.',
  })),
);

export default tseslint.config(
  { ignores: ['dist/', 'packages/cli/dist/', 'out/', 'demo/dist/', 'node_modules/'] },
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
  {
    files: ['host/**/*.ts', 'src/**/*.ts', 'bench/**/*.ts', 'demo/**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.json' })],
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones: [...oneWay, ...withoutDevice] }],
    },
  },
);
