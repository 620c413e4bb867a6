/** Errors of stage 7: files of other tools. */
export const IMPORT_FILES = {
  // 7: import files
  E701: {
    severity: 'error',
    raisedBy: 'interop',
    title: 'File missing or unreadable',
    explanation: 'A file that the scenario imports, includes, extends or draws values from cannot be read.',
    fix: 'Correct the path; it is relative to the folder of the file that names it.',
  },
  E702: {
    severity: 'error',
    raisedBy: 'interop',
    title: 'Import format not recognised',
    explanation: 'The content of the file looks like none of the known formats.',
    fix: 'Name the `format`, or export the file again.',
  },
  E703: {
    severity: 'error',
    raisedBy: 'interop',
    title: 'Malformed import file',
    explanation: 'The file is of the expected format, but a part of it is malformed.',
    fix: 'Mend the file at the line that the message names.',
  },
  E704: {
    severity: 'error',
    raisedBy: 'interop',
    title: 'Inconsistent import file',
    explanation:
      'The file contradicts itself: a channel of an unknown node, a channel id used twice, balances that do not add up to the capacity.',
    fix: 'Mend the file, or export it again.',
  },
  E705: {
    severity: 'error',
    raisedBy: 'interop',
    title: 'Path outside the scenario’s folder',
    explanation:
      'A scenario may only read files in its own folder and below, so that it can be moved, shared and trusted; a link that leads out of it counts as outside.',
    fix: 'Move the file next to the scenario and use a relative path, or allow it with `--allow-outside`.',
  },
  E706: {
    severity: 'error',
    raisedBy: 'interop',
    title: 'Malformed column of values',
    explanation:
      'An empirical distribution draws from a column of a CSV file; the column is missing, empty, or holds something that is no value of the kind that is needed.',
    fix: 'Correct `column` or `unit`, or mend the file at the line that the message names.',
  },
  E707: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Files that include each other',
    explanation: 'Following `extends` and `include` leads back to a file that is being read already, or never ends.',
    fix: 'Remove one of the references; put what both files need into a third one.',
  },
  E708: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Not allowed in an included file',
    explanation:
      'An included file is a part of a scenario: params, defaults, network, nodes, channels, activity, events and expect. What concerns the whole run stands in the scenario itself.',
    fix: 'Move the section into the scenario, or name the file under `extends` instead of `include`.',
  },
  E709: {
    severity: 'error',
    raisedBy: 'interop',
    title: 'Archive not readable',
    explanation:
      'A zip archive is damaged, has none of the files that are wanted, is larger than a network needs, or has an entry whose name leads out of it.',
    fix: 'Export it again, or unpack it and import the file in it.',
  },

  E721: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Malformed list of payments',
    explanation: 'A CSV file of payments lacks a column, or a row holds no valid time, amount or pair of nodes.',
    fix: 'Mend the file at the line that the message names; its columns are time, source, destination and amount.',
  },
  E722: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Unknown node in a list of payments',
    explanation: 'A row of a CSV file of payments names a node that the scenario does not have.',
    fix: 'Correct the name in the file, or add the node.',
  },
} as const;
