/** A module that holds what a .proto file says, so that the built package reads no file to speak a protocol. */
import protobuf from 'protobufjs';

/** @param read text of a file of the repository */
export function protoModule(name: string, path: string, read: (path: string) => string): string {
  const { root } = protobuf.parse(read(path), { keepCase: true });
  return [
    `/** ${path} as protobufjs describes it. Made by \`npm run generate\`. */`,
    '// biome-ignore format: generated',
    `export const ${name}: { readonly nested: object } = ${JSON.stringify(root.toJSON(), null, 1).replaceAll(/\n */g, ' ')};`,
    '',
  ].join('\n');
}
