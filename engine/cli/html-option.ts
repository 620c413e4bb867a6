/** `--html` of commands that write results: the same page that `blast report` makes, beside them. */
import { type Files, writeWhole } from '../run/files.ts';
import { REPORT_FILE } from '../run/run-folder.ts';
import type { OptionEntry, OptionValues } from './options.ts';

/** The option; `what` is what the page is of: "the run". */
export function htmlOption(what: string): OptionEntry {
  return {
    flags: '--html',
    summary: `also write ${REPORT_FILE}, ${what} as a page for a browser, as \`blast report\` does`,
  };
}

/** Writes the page into the folder of the results where the option asks for it; answers its path. */
export async function writeAskedPage(files: Files, folder: string, options: OptionValues): Promise<{ page?: string }> {
  if (options.html !== true) return {};
  const { reportText } = await import('./report-page.ts');
  const page = `${folder}/${REPORT_FILE}`;
  writeWhole(files, page, reportText(files, folder));
  return { page };
}
