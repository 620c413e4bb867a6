/** Tables of a report. */
import { html, type Markup, type Piece } from './html.ts';

export interface Column<T> {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  /** Names stay on one line. */
  readonly isName?: boolean;
  readonly cell: (row: T) => Piece;
}

/** A table with a name for those who hear it; `most` rows are shown, and how many there are besides. */
export function table<T>(name: string, columns: readonly Column<T>[], rows: readonly T[], most = 200): Markup {
  const kind = (column: Column<T>): string => (column.isNumber === true ? 'n' : column.isName === true ? 'k' : '');
  const head = columns.map((column) => html`<th scope="col" class="${kind(column)}">${column.title}</th>`);
  const lines = rows.slice(0, most).map(
    (row) => html`<tr>${columns.map((column) => html`<td class="${kind(column)}">${column.cell(row)}</td>`)}</tr>
`,
  );
  const rest = rows.length > most ? html`<p class="soft">… and ${rows.length - most} more</p>` : null;
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${lines}</tbody></table></div>${rest}`;
}

/** The same, folded away: the numbers of a picture. */
export function folded<T>(name: string, columns: readonly Column<T>[], rows: readonly T[], most = 200): Markup {
  return html`<details><summary>Numbers</summary>${table(name, columns, rows, most)}</details>`;
}

/** A table whose first lines are seen and whose others are folded away. */
export function longTable<T>(name: string, columns: readonly Column<T>[], rows: readonly T[], seen: number): Markup {
  const first = table(name, columns, rows.slice(0, seen));
  if (rows.length <= seen) return first;
  const rest = table(`${name}, others`, columns, rows.slice(seen));
  return html`${first}<details><summary>${rows.length - seen} more</summary>${rest}</details>`;
}

/** Names and what they are. */
export function facts(name: string, rows: readonly (readonly [string, Piece])[]): Markup {
  const lines = rows.map(
    ([title, value]) => html`<tr><th scope="row">${title}</th><td>${value}</td></tr>
`,
  );
  return html`<div class="scroll"><table aria-label="${name}"><tbody>
${lines}</tbody></table></div>`;
}

export interface Tile {
  readonly value: Piece;
  readonly name: string;
  /** Shown as bad news. */
  readonly isBad?: boolean;
}

/** The figures at the top. */
export function tiles(all: readonly Tile[]): Markup {
  return html`<div class="tiles">${all.map(
    ({
      value,
      name,
      isBad = false,
    }) => html`<div class="tile"><b class="${isBad ? 'not' : ''}">${value}</b><span>${name}</span></div>
`,
  )}</div>`;
}
