/** The page around a report: one file, without scripts and without anything from elsewhere, for light and dark screens and paper. */
import { html, Markup, type Piece } from './html.ts';

/** Okabe and Ito's colours, which people with colour blindness tell apart, in a form for light and one for dark ground. */
const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--card:#f7f8fa;--ink:#1b1f24;--soft:#57606a;--line:#d8dee4;--good:#0072b2;--bad:#c4500a;
--wait:#8a8f98;--good-ink:#116329;--bad-ink:#a40e26;--s0:#0072b2;--s1:#c4500a;--s2:#007a5a;--s3:#a3538a;--s4:#8a6d00;--s5:#3a8fc7;--s6:#57606a;
--s7:#7a3b00;--low:#c4500a;--mid:#eceff2;--high:#0072b2}
@media (prefers-color-scheme:dark){:root{--bg:#0f1318;--card:#171c23;--ink:#e6edf3;--soft:#9aa4af;--line:#30363d;--good:#4ba3dc;--bad:#f0883e;
--wait:#7d8590;--good-ink:#56d364;--bad-ink:#ff8a80;--s0:#4ba3dc;--s1:#f0883e;--s2:#2dbd92;--s3:#d68ac0;--s4:#e0c34a;--s5:#9ad1f5;--s6:#9aa4af;
--s7:#c99a6b;--low:#f0883e;--mid:#2a3038;--high:#4ba3dc}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:1200px;margin:0 auto;padding:0 20px}
header{padding-top:28px}h1{font-size:1.7rem;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:1.2rem;margin:36px 0 12px}
h3{font-size:1rem;margin:0 0 6px}p{margin:6px 0}.soft{color:var(--soft)}.ok{color:var(--good-ink)}.not{color:var(--bad-ink)}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin-top:12px}a{color:var(--good)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:12px;margin-top:20px}
.tile,figure{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.tile b{display:block;font-size:1.2rem;line-height:1.4;overflow-wrap:anywhere}.tile span{color:var(--soft);font-size:.86rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:16px}
figure{margin:0;min-width:0}figure.wide{grid-column:1/-1}figure.wide svg{min-width:760px}figcaption{color:var(--soft);font-size:.86rem;margin-bottom:6px}
.scroll{overflow-x:auto}svg{display:block;width:100%;min-width:440px;height:auto}
svg text{fill:var(--soft);font:11px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}svg .axis{stroke:var(--soft)}svg .grid{stroke:var(--line)}
svg .mark{stroke:var(--soft);stroke-dasharray:2 3}.key{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:.86rem;margin-top:4px}
.key i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px}
table{border-collapse:collapse;font-size:.88rem;width:100%}th,td{text-align:left;padding:4px 12px 4px 0;border-bottom:1px solid var(--line);
vertical-align:top}th{font-weight:600;color:var(--soft);white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.k{white-space:nowrap}[role=region] table{min-width:36rem}details [role=region] table{min-width:0}
code{font:.86em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
details{margin-top:8px;font-size:.9rem}summary{cursor:pointer;color:var(--soft)}
:focus-visible{outline:2px solid var(--good);outline-offset:2px}
footer{color:var(--soft);font-size:.86rem;padding-top:36px;padding-bottom:36px}
@media (max-width:600px){main,header,footer{padding-left:14px;padding-right:14px}figure{padding:10px}h1{font-size:1.35rem}.tiles{grid-template-columns:1fr 1fr}}
@media print{body{font-size:11px}nav{display:none}figure,.tile{break-inside:avoid}}
`;

export interface Section {
  /** Fragment of its address. */
  readonly id: string;
  readonly title: string;
  readonly body: Piece;
}

export interface Page {
  readonly title: string;
  /** Below the title. */
  readonly lead: Piece;
  readonly sections: readonly Section[];
  readonly foot: Piece;
}

/** The whole file. Its policy forbids scripts and every address, also to what a name might smuggle in. */
export function pageText(page: Page): string {
  const links = page.sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`);
  const body = page.sections.map(
    ({ id, title, body: inner }) => html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${inner}
</section>
`,
  );
  const style = new Markup(`<style>${STYLE}</style>`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="blast">
<title>${page.title}</title>
${style}
</head>
<body>
<header>
<h1>${page.title}</h1>
${page.lead}
<nav aria-label="Sections">${links}</nav>
</header>
<main>
${body}</main>
<footer>${page.foot}</footer>
</body>
</html>
`.text;
}
