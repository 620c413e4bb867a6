/**
 * Names of the members of a set: a text with `{index}`, or `{index:03}` for an index of at least three digits. Members
 * are counted from 0.
 */

const PLACEHOLDER = /\{index(?::0([1-9]))?\}/g;
const NAME = /^[A-Za-z0-9_.-]*$/;

export interface TemplateProblem {
  readonly message: string;
  readonly hint: string;
}

/** What is wrong with a template; null when it is one. */
export function templateProblem(text: string): TemplateProblem | null {
  const rest = text.replace(PLACEHOLDER, '');
  const hint = 'write it as `user-{index}`, or as `user-{index:03}` for leading zeros';
  if (text.length > 150) return { message: 'the name template is longer than 150 characters', hint };
  if (!NAME.test(rest)) {
    const bad = [...rest].find((c) => !NAME.test(c)) ?? '';
    const what =
      bad === '{' || bad === '}' ? 'a placeholder that is not known' : bad === ' ' ? 'a space' : `\`${bad}\``;
    return { message: `the name template \`${text}\` holds ${what}`, hint };
  }
  if (rest === text) return { message: `the name template \`${text}\` gives every node the same name`, hint };
  return null;
}

/** Name of a member. */
export function memberName(template: string, index: number): string {
  return template.replace(PLACEHOLDER, (_, width: string | undefined) =>
    String(index).padStart(width === undefined ? 0 : Number(width), '0'),
  );
}
