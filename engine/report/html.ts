/** Markup that cannot be forgotten to escape: every value of a template is text, unless it is markup already. */

/** Markup, HTML or SVG. Made by `html` alone. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Piece = Markup | string | number | null | readonly Piece[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text as it may stand in an element or a quoted attribute. Characters that HTML does not allow, and those that reverse
 * the order of what is read (bidirectional controls), become U+FFFD.
 */
export function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (sign) => ESCAPES[sign] as string)
  );
}

/** The markup of a template; its values are escaped, lists are joined, null is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  let text = strings[0] as string;
  values.forEach((value, i) => {
    text += pieceText(value) + (strings[i + 1] as string);
  });
  return new Markup(text);
}

function pieceText(piece: Piece): string {
  if (piece === null) return '';
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'string' || typeof piece === 'number') return escaped(String(piece));
  return piece.map(pieceText).join('');
}
