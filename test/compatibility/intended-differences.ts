import type { Difference } from './answer-difference.ts';

/** A place where our answers are meant to differ from those of Kafka Connect. */
export interface IntendedDifference {
  /** As scripts name it in `@differs` and docs/rest.md in its table. */
  readonly id: string;
  /** Where: matched on `Difference.at`. */
  readonly at: RegExp;
  readonly theirs?: RegExp;
  readonly ours?: RegExp;
  /** May show in any answer; requests need not name it. */
  readonly anywhere?: boolean;
  /** As in docs/rest.md. */
  readonly reason: string;
}

const wholeAnswer = /^(status|header (content-type|location)|body(\..*)?)$/;
const refusal = /^(status|body\.(error_code|message))$/;
/** The names of settings that are Connect's own: in these nothing may differ but texts and versions. */
const connectOwn =
  '(name|connector\\.class|connector\\.plugin\\.version|tasks\\.max(\\.enforce)?|(key|value|header)\\.converter(\\.plugin\\.version)?|transforms|predicates|config\\.action\\.reload|' +
  'errors\\.(retry\\.timeout|retry\\.delay\\.max\\.ms|tolerance|log\\.enable|log\\.include\\.messages)|topic\\.creation\\.groups|exactly\\.once\\.support|' +
  'transaction\\.boundary(\\.interval\\.ms)?|offsets\\.storage\\.topic)';
const elsewhere =
  '(producer|consumer|admin)\\.override\\.|transforms\\.|predicates\\.|(key|value|header)\\.converter\\.|topic\\.creation\\.';
const inValidation = `body\\.configs\\.(?!${connectOwn}(\\.(definition|value)\\b.*)?$|${elsewhere})`;
const inDefinitions = `body\\.(?!configs|groups|message$|error_|${connectOwn}(\\.[a-z_]+(\\.\\d+)?)?$)`;

export const intendedDifferences: readonly IntendedDifference[] = [
  {
    id: 'unreadable-body',
    at: refusal,
    ours: /^(400|Cannot deserialize value|Unrecognized field|The request body|This request needs|initial_state must)/,
    reason:
      'A body that cannot be read is answered with 400 and a text that names the place and quotes nothing. Connect: 500 with the text of its parser, or of a null pointer.',
  },
  {
    id: 'no-connector-class',
    at: refusal,
    ours: /^(400|Connector config contains no connector type)/,
    reason:
      'A configuration without `connector.class` is 400, on validation too, and the text does not show the configuration, in which there may be passwords. Connect: 500 on validation, with the whole configuration (until 4.1).',
  },
  {
    id: 'unknown-class',
    at: refusal,
    theirs: /^500|Failed to find any class that implements Connector and which name matches/,
    ours: /^400|Failed to find any class that implements Connector and which name matches/,
    reason:
      'An unknown class is 400, on validation too; the list of what is available has other words. Connect: 500 on validation, and at times the name of a Java exception before the text.',
  },
  {
    id: 'hidden-secrets',
    at: /(^|\.)config\.database\.password$|^body\.database\.password$/,
    ours: /^\[hidden\]$/,
    anywhere: true,
    reason: 'Passwords and other secrets read `[hidden]` wherever a configuration is shown. Connect shows them.',
  },
  {
    id: 'allow-on-405',
    at: /^header allow$/,
    theirs: /^$/,
    anywhere: true,
    reason: 'A 405 names the methods that there are in the header `Allow` (RFC 9110, 15.5.6). Connect sends none.',
  },
  {
    id: 'type-of-errors',
    at: /^header content-type$/,
    theirs: /^$/,
    ours: /^application\/json$/,
    anywhere: true,
    reason:
      'Every error is sent as `application/json`. Connect names no type where no endpoint was reached (404, 405, 406, 415).',
  },
  {
    id: 'any-name',
    at: wholeAnswer,
    reason:
      'A name with `/`, `%`, `..` or an empty segment can be addressed when it is encoded. Connect 4.x can create such a connector by POST and then refuses every path to it: 400 from its HTTP server, as HTML.',
  },
  {
    id: 'name-in-patch',
    at: /^(status|body\..*)$/,
    ours: /^400$|^Connector name configuration|^$/,
    reason:
      'A PATCH that changes `name` is 400, as a PUT is. Connect stores it and has a connector whose configuration bears another name.',
  },
  {
    id: 'task-of-stopped',
    at: refusal,
    theirs: /^409$|no known leader URL/,
    ours: /^404$|^Unknown task/,
    reason:
      'Restarting a task of a stopped connector is 404: there is none. Connect remembers the last set and answers 409, however long one waits.',
  },
  {
    id: 'checked-offsets',
    at: wholeAnswer,
    reason:
      'Offsets that the connector could not start from are refused (500 with the reason; 400 when partition or offset is missing). Debezium takes them and fails, or begins again, at the next start.',
  },
  {
    id: 'version-check',
    at: wholeAnswer,
    theirs: /^500$|NullPointerException|^$/,
    reason:
      'A `connector.plugin.version` that is not there is an error in the answer of a validation. Connect 4.1: 500, null pointer.',
  },
  {
    id: 'topic-creation-checked',
    at: /^body\.(configs\.topic\.creation\.(?!groups\.)|groups\.Topic Creation: )/,
    theirs: /^$/,
    anywhere: true,
    reason:
      '`topic.creation.<group>.*` is part of a validation, so a mistake in it is refused. Connect checks it when the connector starts, which then fails.',
  },
  {
    id: 'topic-creation-refused',
    at: /^body\.error_count$/,
    theirs: /^0$/,
    reason: 'A wrong `topic.creation.<group>.*` counts as an error of the configuration, see topic-creation-checked.',
  },
  {
    id: 'documentation',
    at: /\.documentation$/,
    anywhere: true,
    reason: 'The texts that describe settings are our own.',
  },
  {
    id: 'connector-groups',
    at: /^body\.groups\.(?!Common$|Transforms|Predicates|Error Handling$|Topic Creation$|Exactly Once Support$|offsets\.topic$)/,
    anywhere: true,
    reason: "The connector's own settings are grouped as its documentation is.",
  },
  {
    id: 'connector-settings',
    at: new RegExp(`^(${inValidation}(?!.*\\.value\\.(errors|value)\\b)|${inDefinitions})`),
    reason:
      "Which settings a connector defines beside Connect's, and their types, defaults, ranks and texts, is the connector's affair: all of Debezium's that matter have their names here, and there are some of our own.",
  },
  {
    id: 'connector-values',
    at: new RegExp(`^${inValidation}.*\\.value\\.value$`),
    theirs: /^null$/,
    anywhere: true,
    reason: "A validation shows the values of the connector's own settings. Debezium shows null for each.",
  },
  {
    id: 'connector-errors',
    at: /^body\.(message|error_count|configs\..*\.value\.errors\.\d+)$/,
    reason:
      "What is wrong with one of the connector's own settings is said in Connect's words. Debezium has words of its own and says some things twice.",
  },
  {
    id: 'plugin-versions',
    at: /plugin\.version\.(default_value|definition\.default_value|value\.value|value\.recommended_values\..+)$|^body\.message$/,
    theirs: /^\d|^$|not found that matches the version range/,
    anywhere: true,
    reason: 'The versions of plug-ins are those of this product.',
  },
  {
    id: 'plugins',
    at: /^body\.(configs\..*\.(converter|type)\.value\.recommended_values\.|\S+ (transformation|converter|header_converter)$)/,
    theirs: /(^|^\{"class":")io\.debezium\./,
    ours: /^$/,
    anywhere: true,
    reason: "Not every plug-in of Debezium's is here, so fewer are listed and recommended.",
  },
  {
    id: 'small-connectors',
    at: /^body\.(millrace\.LoadSourceConnector|org\.apache\.kafka\.connect\.file\.FileStreamSourceConnector) source$/,
    theirs: /^$/,
    ours: /^\{"class":/,
    anywhere: true,
    reason:
      'Two small connectors are built in. Connect has FileStreamSource only where it was put on the plug-in path.',
  },
  {
    id: 'unknown-converter',
    at: /^body\.(message$|configs\.(key|value|header)\.converter\.(value\.|plugin\.version\.value\.visible$))/,
    theirs:
      /could not be found\.|does not implement the Converter interface|^org\.apache\.kafka\.connect\.runtime\.|^true$/,
    ours: /could not be found; the converters there are: |^null$|^false$/,
    reason:
      'A converter that is not there is refused in the same words, which go on with those that are there. Connect says of a class that it has and that is no converter what it is not; here no such class exists.',
  },
  {
    id: 'whole-keys',
    at: /^body\.(message|configs\.(transforms|predicates|(key|value|header)\.converter)\..*\.value\.errors\.\d+)$/,
    theirs: /Invalid value .+ for configuration [a-z.]+: /,
    ours: /Invalid value .+ for configuration (transforms|predicates|(key|value|header)\.converter)\..+: /,
    reason:
      'A text about a setting of a converter, transform or predicate names the whole key, `value.converter.schemas.enable`. Connect names it without prefix, `schemas.enable`.',
  },
  {
    id: 'client-defaults',
    at: /^body\.configs\.(producer|consumer|admin)\.override\..*\.(default_value|importance|recommended_values\..*)$/,
    reason: "The defaults of the Kafka clients' settings, and their ranks, are those of the clients here.",
  },
  {
    id: 'override-check',
    at: wholeAnswer,
    theirs: /^500$|ConfigException: Invalid value|^$/,
    reason:
      'An override of a client setting that is no value of its type is an error in the answer of a validation. Connect: 500 with the name of a Java exception.',
  },
  {
    id: 'loggers',
    at: /^body\.(?!root$|io\.example\b)\S+$/,
    theirs: /^($|\{"level":"\w+","last_modified":null\}$)/,
    ours: /^($|\{"level":"\w+","last_modified":null\}$)/,
    reason: 'Loggers have the names of this product, `millrace.…`, not those of Java classes.',
  },
  {
    id: 'needless-type',
    at: wholeAnswer,
    theirs: /^4(15|00)$|"error_code":415|415 Unsupported|^application\/json$|^$/,
    ours: /^404$|^200$|^Unknown connector |^\[\]$|"error_code":404|^application\/json$/,
    reason:
      'The `Content-Type` of a request without a body does not matter. Connect: 415, or 400 for one that names no type.',
  },
];

function covers({ at, theirs, ours }: IntendedDifference, difference: Difference): boolean {
  return (
    at.test(difference.at) &&
    (theirs === undefined || theirs.test(difference.theirs ?? '')) &&
    (ours === undefined || ours.test(difference.ours ?? ''))
  );
}

/** The intended difference that explains this one, among those that a request names and those that may show anywhere. */
export function explanation(difference: Difference, named: readonly string[]): IntendedDifference | undefined {
  return intendedDifferences.find(
    (intended) => (intended.anywhere === true || named.includes(intended.id)) && covers(intended, difference),
  );
}
