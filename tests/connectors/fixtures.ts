/** A source and a context that tests bend one field at a time. */
import { parseYaml } from '../../bus/base/document.ts';
import type { SourceContext } from '../../connectors/context.ts';
import { sourceProblems } from '../../connectors/load-source.ts';
import { type Source, sourceSchema } from '../../connectors/source.ts';
import { must } from '../../bus/base/assert.ts';

export const CONTEXT: SourceContext = {
  servers: {
    providers: { host: '127.0.0.1', port: 3306 },
    registers: { host: '127.0.0.1', port: 5432 },
  },
  kafka: { bootstrapServers: '127.0.0.1:9092', securityProtocol: 'SASL_PLAINTEXT' },
  connect: { groupId: 'connect', secretsFolder: '/stack/secrets/connectors' },
  registry: {
    nativeUrl: 'http://127.0.0.1:8080/apis/registry/v2',
    user: 'converter',
    passwordFile: '/stack/secrets/registry-developer',
  },
  secretsFolder: '/stack/secrets',
};

export const SOURCE_YAML = `apiVersion: civicbus/v1
kind: Source
name: register
organization: police
engine: mariadb
connection:
  server: providers
  database: register
  tls: disable
capture:
  user: cdc_register
  passwordFile: cdc_register.password
tables:
  - name: person
    owner: register-office
    key: [id_number]
    columns:
      - { name: id_number, type: varchar(18), classification: personal }
      - { name: name, type: varchar(100), classification: personal }
      - { name: born_on, type: date, classification: personal }
      - { name: photo, type: varbinary(64), classification: sensitive, captured: false }
`;

/** All problems of one source file's text. */
export function problemsOf(content: string) {
  const document = parseYaml({ file: 'source.yaml', content, schema: sourceSchema });
  return [...document.problems, ...sourceProblems(document)];
}

/** The fixture source, with `change` applied to its text first. */
export function fixtureSource(change: (content: string) => string = (content) => content): Source {
  const content = change(SOURCE_YAML);
  return must(parseYaml({ file: 'source.yaml', content, schema: sourceSchema }).value, 'a source');
}
