/** An editor with the YAML language server and the scenario's schema: completions, hovers and problems of a text. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ROOT } from './command.ts';

const PACKAGE = path.join(ROOT, 'node_modules/yaml-language-server/package.json');

/** Whether the language server is installed. */
export const EDITOR_AVAILABLE: boolean = existsSync(PACKAGE);

interface Position {
  readonly line: number;
  readonly character: number;
}

interface TextDocument {
  positionAt(offset: number): Position;
}

/** The parts of the language service that are used here. */
interface LanguageService {
  configure(settings: object): void;
  doComplete(
    document: TextDocument,
    position: Position,
    isKubernetes: boolean,
  ): Promise<{ readonly items: readonly Completion[] }>;
  doHover(
    document: TextDocument,
    position: Position,
  ): Promise<{ readonly contents: { readonly value: string } } | null>;
  doValidation(document: TextDocument, isKubernetes: boolean): Promise<readonly { readonly message: string }[]>;
}

export interface Completion {
  readonly label: string;
  readonly insertText?: string;
  readonly documentation?: unknown;
}

export interface Editor {
  /** What is offered at the mark `|`, which is taken out of the text. */
  complete(marked: string): Promise<readonly Completion[]>;
  /** What is shown over the mark `|`; empty where nothing is. */
  hover(marked: string): Promise<string>;
  problems(text: string): Promise<readonly string[]>;
}

/** An editor for a schema. Call only where EDITOR_AVAILABLE. */
export function editorWith(schema: object): Editor {
  const load = createRequire(PACKAGE);
  const { getLanguageService } = load('yaml-language-server') as {
    getLanguageService(params: object): LanguageService;
  };
  const { SettingsState } = load('./out/server/src/yamlSettings.js') as {
    SettingsState: new () => { documents: unknown };
  };
  const documents = load('vscode-languageserver-textdocument') as {
    TextDocument: { create(uri: string, language: string, version: number, text: string): TextDocument };
  };
  const yamlSettings = new SettingsState();
  const service = getLanguageService({
    schemaRequestService: async (uri: string) => {
      throw new Error(`no schema but the one given, not ${uri}`);
    },
    workspaceContext: { resolveRelativePath: (file: string) => file },
    telemetry: { send: () => {}, sendError: () => {}, sendTrack: () => {} },
    yamlSettings,
  });
  service.configure({
    completion: true,
    hover: true,
    validate: true,
    schemas: [{ uri: 'file:///scenario.v1.schema.json', fileMatch: ['*.yml'], schema }],
    yamlVersion: '1.2',
  });
  // Documents are remembered by their name and version.
  let version = 0;
  const open = (text: string): TextDocument => {
    version++;
    const document = documents.TextDocument.create('file:///sample.yml', 'yaml', version, text);
    yamlSettings.documents = { get: () => document, all: () => [document] };
    return document;
  };
  const atMark = (marked: string): readonly [TextDocument, Position] => {
    const offset = marked.indexOf('|');
    const document = open(marked.slice(0, offset) + marked.slice(offset + 1));
    return [document, document.positionAt(offset)];
  };
  return {
    complete: async (marked) => {
      const [document, position] = atMark(marked);
      return (await service.doComplete(document, position, false)).items;
    },
    hover: async (marked) => {
      const [document, position] = atMark(marked);
      return (await service.doHover(document, position))?.contents.value ?? '';
    },
    problems: async (text) => (await service.doValidation(open(text), false)).map(({ message }) => message),
  };
}
