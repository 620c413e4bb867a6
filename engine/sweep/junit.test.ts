import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crashedCell } from './job.ts';
import { JUNIT_END, junitCase, junitHead, xml, xmlText } from './junit.ts';

const INFO = {
  scenario: 'a & b',
  file: 's.yml',
  digest: '',
  engine: '',
  fixed: {},
  allowOutside: false,
  textSha256: '',
  files: [],
};

/** Whether tags are closed in order, attributes quoted, and texts escaped; enough of XML for what is written here. */
function isWellFormed(text: string): boolean {
  const open: string[] = [];
  const rest = text
    .replace(/^<\?xml [^?]*\?>\n/, '')
    .replace(
      /<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot|#[0-9]+);[^"<&]*)*")*)(\/?)>/g,
      (_, close: string, name: string, __, single: string) => {
        if (close !== '') return open.pop() === name ? '' : '<';
        if (single === '') open.push(name);
        return '';
      },
    );
  return open.length === 0 && !/<|&(?!(?:amp|lt|gt|#[0-9]+);)/.test(rest);
}

describe('junit.xml', () => {
  it('is well-formed whatever a cell is called and says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (key, message) => {
        const cell = { key, params: { x: message }, seed: 1, run_seed: 1 };
        const totals = { cells: 1, invalid: 0, internal: 1, backend: 0, unmet: 0 };
        const text = junitHead(INFO, totals) + junitCase(INFO, crashedCell(cell, 'internal', message)) + JUNIT_END;
        return isWellFormed(text);
      }),
    );
    expect(isWellFormed('<a b="1"><c></a></c>')).toBe(false);
    expect(isWellFormed('<a>1 < 2</a>')).toBe(false);
  });

  it('has an error for a cell that failed, and a failure for an expectation', () => {
    const cell = { key: 'k', params: { x: '1' }, seed: 2, run_seed: 2 };
    expect(junitCase(INFO, { ...crashedCell(cell, 'invalid', ''), state: 'completed', failure: null })).toBe(
      '    <testcase classname="a &amp; b" name="k"/>\n',
    );
    const unmet = { that: 'a < 1', message: 'small', status: 'failed', measured: 'a = 2 (expected < 1)' };
    const result = {
      ...crashedCell(cell, 'invalid', ''),
      failure: null,
      expectations: { passed: 0, failed: 1, skipped: 0, failures: [unmet] },
    };
    expect(junitCase(INFO, result)).toBe(
      `    <testcase classname="a &amp; b" name="k">
      <failure type="expectation" message="1 of the expectations failed: small">small: a &lt; 1
  a = 2 (expected &lt; 1)

blast run s.yml --param x=1 --seed 2</failure>
    </testcase>
`,
    );
  });

  it('escapes, and replaces what XML cannot hold', () => {
    expect(xmlText('a\u0000b\u001b<&>"\n\r')).toBe('a\ufffdb\ufffd&lt;&amp;&gt;"\n&#13;');
    expect(xml('"\n\ud800')).toBe('&quot;&#10;\ufffd');
    expect(xml('😀')).toBe('😀');
  });
});
