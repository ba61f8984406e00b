/**
 * The import directions of the design, held by the linter:
 *   worker -> config-topics, connectors, transforms, formats -> kafka
 * errors/ and settings/ are leaves that everybody may use.
 */
const layers = 'worker|connectors|formats|transforms|config-topics|kafka|errors|settings|sdk';
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'connectors-apart',
      comment: 'A connector never imports another connector; connectors/snapshot is for all of them.',
      severity: 'error',
      from: { path: '^connectors/([^/]+)/' },
      to: { path: '^connectors/[^/]+/', pathNot: '^connectors/($1|snapshot)/' },
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
      name: 'sdk-shows-contracts-only',
      comment:
        'What plug-ins are written against: the contracts of connectors, transforms and converters, settings and errors.',
      severity: 'error',
      from: { path: '^sdk/' },
      to: {
        path: '^(worker|kafka|config-topics|connectors|formats|transforms)/',
        pathNot: '^(connectors/[^/]+[.]ts|formats/converters/converter[.]ts|transforms/transform[.]ts)$',
      },
    },
    {
      name: 'sdk-is-for-plug-ins',
      comment: 'Of the product only the worker, which takes plug-ins in, knows it.',
      severity: 'error',
      from: { path: '^(connectors|kafka|config-topics|formats|transforms|errors|settings)/' },
      to: { path: '^sdk/' },
    },
    {
      name: 'examples-use-the-sdk',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: `^(${layers})/`, pathNot: '^sdk/sdk[.]ts$' },
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
