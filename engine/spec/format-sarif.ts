/** Diagnostics as SARIF 2.1.0, which code scanning services and editors read. The rules are the table of codes. */
import type { Json } from '../base/json.ts';
import type { Diagnostic } from './diagnostic.ts';
import { DIAGNOSTIC_CODES, diagnosticInfo } from './diagnostic-codes.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

export interface SarifInput {
  readonly engineVersion: string;
  readonly diagnostics: readonly Diagnostic[];
  /** What kept a file from being checked at all, in a sentence each. */
  readonly failures: readonly string[];
}

/** A SARIF log with one run. */
export function sarifLog(input: SarifInput): Json {
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'blast', semanticVersion: input.engineVersion, rules: DIAGNOSTIC_CODES.map(rule) } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: input.failures.length === 0,
            toolExecutionNotifications: input.failures.map((text) => ({ level: 'error', message: { text } })),
          },
        ],
        results: input.diagnostics.map(result),
      },
    ],
  };
}

function rule(code: (typeof DIAGNOSTIC_CODES)[number]): Json {
  const { title, explanation, fix, severity } = diagnosticInfo(code);
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    help: { text: fix },
    defaultConfiguration: { level: severity },
  };
}

function result(diagnostic: Diagnostic): Json {
  const { code, severity, message, hint, file, range, path, excerpt } = diagnostic;
  return {
    ruleId: code,
    ruleIndex: DIAGNOSTIC_CODES.indexOf(code),
    level: severity,
    message: { text: hint === undefined ? message : `${message}\n${hint}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: fileUri(file) },
          region: {
            startLine: range.line,
            startColumn: range.column,
            endLine: range.endLine,
            endColumn: range.endColumn,
          },
          // What a viewer shows when it has not got the file.
          contextRegion: {
            startLine: range.line,
            endLine: range.line + Math.max(0, excerpt.length - 1),
            snippet: { text: excerpt.join('\n') },
          },
        },
        ...(path === '' ? {} : { logicalLocations: [{ fullyQualifiedName: path }] }),
      },
    ],
  };
}

/** A path as a relative or `file:` URI reference. */
function fileUri(file: string): string {
  const path = file.replace(/\\/g, '/');
  const encoded = path.split('/').map(encodePart).join('/');
  if (/^[A-Za-z]:\//.test(path)) return `file:///${path.slice(0, 2)}${encoded.slice(encoded.indexOf('/'))}`;
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}

/** A lone surrogate, which no URI can hold, becomes the replacement character. */
function encodePart(part: string): string {
  return encodeURIComponent(part.replace(/\p{Cs}/gu, '\ufffd'));
}
