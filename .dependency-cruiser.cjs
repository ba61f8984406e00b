/**
 * The import directions of the design, held by the linter:
 *   worker -> config-topics, connectors, transforms, formats -> kafka
 * errors/ and settings/ are leaves that everybody may use.
 */
const layers = 'worker|connectors|formats|transforms|config-topics|kafka|errors|settings';
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'connectors-apart',
      comment: 'A connector never imports another connector.',
      severity: 'error',
      from: { path: '^connectors/([^/]+)/' },
      to: { path: '^connectors/[^/]+/', pathNot: '^connectors/$1/' },
    },
    {
      name: 'connectors-know-no-kafka',
      comment: 'A connector never imports the worker, Kafka or the topics; it gets what it needs through its context.',
      severity: 'error',
      from: { path: '^connectors/' },
      to: { path: `^(worker|kafka|config-topics|formats|transforms)/|node_modules/(@platformatic/kafka|kafkajs)/` },
    },
    {
      name: 'formats-know-only-the-change-event',
      severity: 'error',
      from: { path: '^(formats|transforms)/' },
      to: { path: '^(worker|kafka|config-topics|connectors/[^/]+/)' },
    },
    {
      name: 'config-topics-over-kafka',
      severity: 'error',
      from: { path: '^config-topics/' },
      to: { path: '^(worker|connectors|formats|transforms)/' },
    },
    {
      name: 'kafka-is-the-bottom',
      severity: 'error',
      from: { path: '^kafka/' },
      to: { path: '^(worker|connectors|formats|transforms|config-topics)/' },
    },
    {
      name: 'leaves',
      comment: 'errors/ and settings/ import nothing of the project but each other.',
      severity: 'error',
      from: { path: '^(errors|settings)/' },
      to: { path: '^(worker|connectors|formats|transforms|config-topics|kafka)/' },
    },
    {
      name: 'client-library-only-in-kafka',
      severity: 'error',
      from: { path: `^(${layers})/`, pathNot: '^kafka/' },
      to: { path: 'node_modules/@platformatic/kafka/' },
    },
    {
      name: 'no-dev-dependency-at-run-time',
      severity: 'error',
      from: { path: `^(${layers})/`, pathNot: '[.]test[.]ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-scripts-in-the-product',
      severity: 'error',
      from: { path: `^(${layers})/`, pathNot: '[.]test[.]ts$' },
      to: { path: '^(scripts|bench|test)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
