import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberName, templateProblem } from './name-template.ts';

describe('name templates', () => {
  it.each([
    ['user-{index}', 7, 'user-7'],
    ['user-{index:03}', 7, 'user-007'],
    ['user-{index:03}', 1234, 'user-1234'],
    ['{index}', 0, '0'],
    ['a{index}.b{index:02}', 3, 'a3.b03'],
  ])('%s of %i is %s', (template, index, name) => {
    expect(templateProblem(template)).toBeNull();
    expect(memberName(template, index)).toBe(name);
  });

  it.each(['user', '', 'user {index}', 'user-{idx}', 'user-{index:3}', 'user-{index:00}', 'a/{index}'])(
    'refuses %j',
    (template) => {
      expect(templateProblem(template)).not.toBeNull();
    },
  );

  it('gives every member another name', () => {
    const part = fc.stringMatching(/^[a-z0-9.-]{0,5}$/);
    fc.assert(
      fc.property(part, part, fc.nat(3000), fc.nat(3000), (before, after, a, b) => {
        const template = `${before}{index:02}${after}`;
        expect(memberName(template, a) === memberName(template, b)).toBe(a === b);
      }),
    );
  });
});
