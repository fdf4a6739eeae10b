/** Java properties files, the only place where the services' settings meet their passwords. */
import { writeSecretFile } from '../../../bus/base/secrets.ts';

export type Properties = Readonly<Record<string, string | number | boolean>>;

/** Text of a properties file; backslashes and line ends in values are escaped. */
export function propertiesText(properties: Properties): string {
  const lines = Object.entries(properties).map(([key, value]) => {
    const escaped = String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    return `${key}=${escaped}`;
  });
  return `${lines.join('\n')}\n`;
}

export function writeProperties(file: string, properties: Properties): Promise<void> {
  return writeSecretFile(file, propertiesText(properties));
}

/** A JAAS line for SASL/SCRAM. Secrets of this project are base64url and need no escaping. */
export function scramJaas(user: string, password: string): string {
  const module = 'org.apache.kafka.common.security.scram.ScramLoginModule';
  return `${module} required username="${user}" password="${password}";`;
}

/** Adds `prefix` before every key. */
export function prefixed(prefix: string, properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [`${prefix}${key}`, value]),
  );
}
