/** A module that holds what a .proto file says, so that the built package reads no file to speak a protocol. */
import protobuf from 'protobufjs';

/** @param read text of a file of the repository */
export function protoModule(name: string, path: string, read: (path: string) => string): string {
  const { root, imports = [] } = protobuf.parse(read(path), { keepCase: true });
  // Of what it imports there are files of Google's only, which protobufjs knows.
  for (const file of imports) root.addJSON(protobuf.common.get(file)?.nested ?? {});
  return [
    `/** ${path} as protobufjs describes it. Made by \`npm run generate\`. */`,
    '// biome-ignore format: generated',
    `export const ${name}: { readonly nested: object } = ${JSON.stringify(root.toJSON(), null, 1).replaceAll(/\n */g, ' ')};`,
    '',
  ].join('\n');
}
