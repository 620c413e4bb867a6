/**
 * The one table of diagnostic codes. The documentation page and the tests are generated from it; a code is never used
 * again for something else. Hundreds are stages: 1 reading, 2 structure, 3 values and units, 4 names, 5 parameters and
 * expressions, 6 time and planning, 7 import files, 8 lock files, replays and snapshots. E is an error, W a warning.
 */

/** Which part of the engine raises a code (where two do, the one that does it first). */
export type RaisedBy = 'spec' | 'compile' | 'interop' | 'snapshot' | 'run';

export interface DiagnosticInfo {
  readonly severity: 'error' | 'warning';
  readonly raisedBy: RaisedBy;
  /** A few words, for lists. */
  readonly title: string;
  /** What is wrong and what was expected. */
  readonly explanation: string;
  /** How to mend it. */
  readonly fix: string;
}

export const DIAGNOSTICS = {
  // 1: reading the text
  E101: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Empty file',
    explanation: 'The file holds no content; a mapping with at least `version` and `duration` was expected.',
    fix: 'Write a scenario, or start from the one that `blast init` writes.',
  },
  E102: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'YAML syntax',
    explanation: 'The text is not well-formed YAML 1.2, so nothing after this place can be trusted.',
    fix: 'Mend the syntax at the caret; texts that hold `{`, `}`, `: ` or ` #` need quotes, expressions in `{ … }` too.',
  },
  E103: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Key used twice',
    explanation: 'A mapping holds the same key twice; names within one mapping are unique.',
    fix: 'Remove or rename one of the two.',
  },
  E104: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Key is not text',
    explanation: 'A key of a mapping is empty, a list or a mapping; a plain text key was expected.',
    fix: 'Write the key as text; put quotes around it when it holds special characters.',
  },
  E105: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Several documents',
    explanation: 'The file holds more than one YAML document; a scenario is one document.',
    fix: 'Split the file at `---` and keep one scenario in each.',
  },
  E106: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Tab as indentation',
    explanation: 'YAML does not allow tabs for indentation, because their width is not defined.',
    fix: 'Indent with spaces.',
  },
  E107: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Illegal character',
    explanation: 'The text holds a NUL or another control character, or bytes that are not UTF-8.',
    fix: 'Save the file as UTF-8 text; write control characters as escapes in double quotes.',
  },
  E108: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'File too large',
    explanation:
      'The file is larger than a scenario may be: 16 MiB of text, 300,000 lines, or a million and a half brackets, commas, colons, dashes and quotes.',
    fix: 'Keep large networks in a JSON or CSV file and refer to it under `network.import`.',
  },
  E109: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Nested too deeply',
    explanation: 'Lists and mappings are nested deeper than any scenario needs (64 levels).',
    fix: 'Look for stray brackets or growing indentation.',
  },
  E110: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Alias',
    explanation: 'An alias `*name` has no anchor `&name` before it, contains itself, or expands to too much.',
    fix: 'Define the anchor above the alias, or write the value out.',
  },
  E111: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Tag or directive',
    explanation: 'The file uses a YAML tag (`!name`) or directive (`%NAME`) that scenarios do not have.',
    fix: 'Remove it; a value’s type follows from its key.',
  },
  E112: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Merge key',
    explanation: 'The merge key `<<` is not part of YAML 1.2 and is not supported.',
    fix: 'Write the keys out, use `defaults`, or alias whole values.',
  },

  // 2: structure
  E201: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Unknown key',
    explanation: 'The key is not one that this place knows; unknown keys are never ignored.',
    fix: 'Correct the spelling or remove the key; the hint names the nearest known one.',
  },
  E202: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Missing key',
    explanation: 'A key that this place needs is missing.',
    fix: 'Add the key.',
  },
  E203: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Wrong type',
    explanation: 'The value is of another type than the key takes.',
    fix: 'Write a value of the type that the message names.',
  },
  E204: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Exactly one of several keys',
    explanation: 'Of some keys exactly one must be present, and none or several are.',
    fix: 'Keep one of the keys that the message lists.',
  },
  E205: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Key needs another key',
    explanation: 'The key only has a meaning together with another one, which is missing.',
    fix: 'Add the other key or remove this one.',
  },
  E206: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Wrong number of entries',
    explanation: 'A list or mapping holds fewer or more entries than it may, or the same entry twice.',
    fix: 'Add or remove entries as the message says.',
  },
  E207: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'None of the expected forms',
    explanation: 'The value may take several forms, and it has none of them.',
    fix: 'Write it in one of the forms that the message lists.',
  },
  E208: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Version not supported',
    explanation: '`version` says which format the file has; this engine reads versions 0 and 1.',
    fix: 'Write `version: 1`, or use a newer engine for a newer file.',
  },
  E209: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Not a scenario',
    explanation: 'The file’s top level is a list or a single value; a mapping of sections was expected.',
    fix: 'Start the file with `version: 1` and the other sections as keys.',
  },

  // 3: values and units
  E301: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Unit missing',
    explanation: 'A bare number stands where a unit belongs; units are mandatory, so that nobody has to guess them.',
    fix: 'Write the number with its unit: `10s`, `1_000 sat`, `20 ppm`, `2 sat/vB`.',
  },
  E302: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Malformed value with a unit',
    explanation: 'The text is not a number with a unit that this key takes. Units are case-sensitive.',
    fix: 'Durations: `250ms 10s 5m 1h30m 2d 2w`; amounts: `msat sat BTC`; rates: `ppm`; feerates: `sat/vB`.',
  },
  E303: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Out of range',
    explanation: 'The number is smaller or larger than the key allows.',
    fix: 'Write a number within the range that the message gives.',
  },
  E304: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Not one of the allowed values',
    explanation: 'The key takes one of a few fixed values, and this is none of them.',
    fix: 'Use one of the values that the message lists.',
  },
  E305: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Illegal name',
    explanation:
      'Names consist of ASCII letters, digits, `_`, `.` and `-`; patterns may also hold `*` and `?`. Names of parameters are identifiers.',
    fix: 'Rename it.',
  },
  E306: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Malformed text',
    explanation: 'The text does not have the form that the key takes.',
    fix: 'Write it as the message describes.',
  },
  E307: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Number cannot be held exactly',
    explanation: 'The number is not finite or needs more than 53 bits, so that it would silently become another one.',
    fix: 'Write a smaller number.',
  },
  E308: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Push above capacity',
    explanation: 'A channel cannot give more to its other side than its capacity.',
    fix: 'Lower `push` or raise `capacity`.',
  },

  E321: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Malformed cron expression',
    explanation:
      'A cron expression has five fields (minute, hour, day of the month, month, day of the week), or six with seconds in front; a field is wrong or missing.',
    fix: 'Mend the field that the message names: `*/5 * * * *` is every five minutes, `0 9 * * mon-fri` nine o’clock on weekdays, UTC.',
  },

  // 4: names and selectors
  E401: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Unknown node',
    explanation: 'No node has this name.',
    fix: 'Correct the name, or add the node under `nodes`.',
  },
  E402: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Selector selects nothing',
    explanation: 'No node matches the name, pattern or labels, or no channel the pattern.',
    fix: 'Correct the selector, or add nodes or channels that match it.',
  },
  E403: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Selector selects several nodes',
    explanation: 'One node is needed here, and the name or selector matches several.',
    fix: 'Name one node, such as `user-0` for the first of the set `user`.',
  },
  E404: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Unknown channel',
    explanation: 'No channel has this name at that time.',
    fix: 'Correct the name, or open the channel before it is used.',
  },
  E405: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Name used twice',
    explanation:
      'Two nodes, two channels, or an activity and what makes payments like one get the same name, for example by the expansion of a set.',
    fix: 'Rename one of them.',
  },
  E406: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Channel from a node to itself',
    explanation: 'A channel needs two different nodes.',
    fix: 'Choose another node for `from` or `to`.',
  },
  E407: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Unknown model',
    explanation: 'No node model has this name.',
    fix: 'Use one of the models that `blast model list` shows, or run with the process that offers it (`--models-start`, `--models`).',
  },
  E408: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Unknown kind',
    explanation: 'There is no event, activity or format of this name.',
    fix: 'Correct the name; the message lists the known ones.',
  },
  E409: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Unknown invoice',
    explanation: 'No event of the scenario makes an invoice of this name.',
    fix: 'Correct the name, or make the invoice with `create_invoice`.',
  },

  E421: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Unknown activity',
    explanation: '`after` names an activity that does not exist.',
    fix: 'Correct the name, or add the activity.',
  },

  // 5: parameters and expressions
  E501: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Unknown parameter',
    explanation: 'The expression uses a parameter that the section `params` does not declare.',
    fix: 'Correct the name, or declare the parameter.',
  },
  E502: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Parameter of the wrong type',
    explanation: 'The value of a parameter, in the file or on the command line, is not of the parameter’s type.',
    fix: 'Write a value of the declared type: duration, amount, int, number, string or bool.',
  },
  E503: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Malformed expression',
    explanation: 'The expression is not valid CEL, or it combines types that do not go together.',
    fix: "Mend it at the caret; durations and amounts are written `duration('10s')` and `amount('5 sat')`.",
  },
  E504: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Expression failed',
    explanation:
      'The expression is well-formed, but has no usable value: a division by zero, an overflow, a bad unit, or a result that is not a single value.',
    fix: 'Change the expression or the parameters that it uses.',
  },
  E505: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Unknown parameter on the command line',
    explanation: '`--param` names a parameter that the scenario does not declare.',
    fix: 'Correct the name; the message lists the declared ones.',
  },
  E506: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Expectation is not true or false',
    explanation: 'The expression of an expectation must give a boolean.',
    fix: 'Compare its value with something, for example `> 0`.',
  },
  E507: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Expression not allowed here',
    explanation:
      'The values of `params` and `version`, and of `sweep` but for its metrics, are literal; expressions cannot be used in them.',
    fix: 'Write the value itself, and compute where the parameter is used.',
  },

  // 6: time and planning
  E601: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Time before the run',
    explanation:
      'Time starts at 0; nothing can happen before it. A negative time in a file is refused earlier, as E303, so that this code is only kept for times that are computed.',
    fix: 'Write a time that is not negative.',
  },
  E602: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Activity without a partner',
    explanation: 'Payments need a sender and another node that can receive, and the activity leaves none.',
    fix: 'Select at least two nodes, or another destination.',
  },
  E603: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Timeline too long',
    explanation:
      'The scenario makes more payments or events than a timeline can hold, or its behaviours look about themselves too often.',
    fix: 'Lengthen the intervals, shorten the run, or lower the counts.',
  },
  E604: {
    severity: 'error',
    raisedBy: 'spec',
    title: 'Range reversed',
    explanation: 'A range `[min, max]` or a span of time ends before it begins.',
    fix: 'Swap the two values.',
  },
  E605: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'More money than can be counted exactly',
    explanation:
      'All wallets and channels together hold 2^53 msat (about 90_071 BTC) or more, beyond which sums are no longer exact.',
    fix: 'Lower capacities, wallets or counts.',
  },
  E606: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Activity or event without an end',
    explanation: 'Neither a duration, a count nor the end of the run bounds it.',
    fix: 'Add `duration` or `count`.',
  },
  E607: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Arguments that do not fit together',
    explanation: 'The arguments of an event, activity or behaviour are each valid, but not in this combination.',
    fix: 'Change one of them as the message says.',
  },
  E608: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Route that is no path',
    explanation:
      'The channels of a `route` must lead from the payer to the recipient, each from where the one before arrives. Channels that events open later are looked at when the payment is made.',
    fix: 'Name the channels in the order in which the payment takes them.',
  },
  E609: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Attack or probe without a way',
    explanation:
      'No route of public channels, and those of the nodes that send, leads over a target to a node that receives; or no channel is a target.',
    fix: 'Give the nodes that send and receive channels of their own on both sides of the target, or choose another target.',
  },
  E610: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Method that the payer’s implementation lacks',
    explanation: 'Nodes pay as their implementation does. Only lnd can pay by AMP.',
    fix: 'Pay by keysend or invoice, or let nodes of another model pay.',
  },
  E611: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Option that the payer’s implementation lacks',
    explanation:
      'Nodes pay as their implementation does, and its commands do not know this option. The page of each model says which it has.',
    fix: 'Remove the option, or let nodes of another model pay.',
  },
  E612: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Invoice that is not made yet',
    explanation:
      'The payment, or the event, would be before the invoice that it names is made, so that nobody can know it.',
    fix: 'Make the invoice earlier, or let it happen later.',
  },
  E613: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Invoice made several times',
    explanation: 'An invoice has one payment hash and is paid once; a name stands for one invoice.',
    fix: 'Give `create_invoice` one time with `at`, or a condition with `once: true`, and other invoices other names.',
  },
  E614: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Beyond what the backend can play',
    explanation:
      'The scenario is valid, and the backend that it is to be played on (`--backend`, or the one that its lock names) cannot do this.',
    fix: 'Leave it out, or play the scenario on the simulator.',
  },

  E615: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Rebalance along no circle',
    explanation:
      'The channels of the `route` of a rebalance must lead from the node around to itself, each from where the one before arrives, and `out` and `in`, where they are written, must be the first and the last of them. Channels that events open later are looked at when the payment is made.',
    fix: 'Name the channels in the order in which the payment takes them, from one channel of the node to another.',
  },
  E621: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Activities that wait for each other',
    explanation: 'By `after`, an activity would begin after its own end.',
    fix: 'Remove `after` from one of the activities that the message lists.',
  },
  E622: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'End of an activity not known',
    explanation:
      'An activity can only come after one whose end is known before the run: one with a `duration`, with phases, or whose `count` is reached.',
    fix: 'Give the other activity a `duration`, or use `start` instead of `after`.',
  },

  E640: {
    severity: 'error',
    raisedBy: 'run',
    title: 'No sweep',
    explanation: 'The scenario has no section `sweep`, so there is nothing that `blast sweep` could run.',
    fix: 'Add a section such as `sweep: { matrix: { gap: [1s, 10s] }, seeds: 10 }`, or use `blast run`.',
  },
  E641: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Unknown parameter in a sweep',
    explanation: 'The sweep sets a parameter that the section `params` does not declare.',
    fix: 'Correct the name, or declare the parameter.',
  },
  E642: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Value of a sweep of the wrong type',
    explanation: 'A value that the sweep gives to a parameter is not of the parameter’s type.',
    fix: 'Write a value of the type, with its unit.',
  },
  E643: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Value or parameter of a sweep given twice',
    explanation: 'Two entries of the matrix set the same parameter, or a list holds the same value twice.',
    fix: 'Remove one of the two.',
  },
  E644: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Sweep too large',
    explanation: 'The combinations of the matrix times the seeds are more runs than a sweep may have (100,000).',
    fix: 'Take fewer values or seeds, or draw from the ranges with `sample`.',
  },
  E645: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Range of a sweep',
    explanation:
      'A range cannot be turned into values: it lacks a step or count, has one although its values are drawn, or is over a parameter whose values are no quantities.',
    fix: 'Change the range as the message says.',
  },
  E646: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Exclusion without effect',
    explanation: 'An entry of `exclude` has values that no combination of the matrix has.',
    fix: 'Correct the values, or remove the entry.',
  },
  E647: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Sweep without a run',
    explanation: 'Every combination of the matrix is excluded.',
    fix: 'Exclude less, or add a combination under `include`.',
  },
  E648: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Baseline that is not run',
    explanation: 'The baseline names values that no combination of the sweep has, so nothing can be compared with it.',
    fix: 'Name parameters that the sweep sets, with values that are run.',
  },
  E649: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Metric is not a number',
    explanation: 'The expression of a metric must give a number.',
    fix: 'Measure a number, for example `payments().success_rate`.',
  },
  E650: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Branch point not known',
    explanation:
      '`sweep.from` is the instant up to which cells begin alike: a time within the run, or the name of a snapshot in the section `snapshots` that is taken at a time.',
    fix: 'Write a time such as `1h`, or name one of the snapshots.',
  },

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

  // 8: lock files and replays
  E801: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Lock file missing',
    explanation: 'There is no lock file beside the scenario, so there is nothing to verify against.',
    fix: 'Write one with `blast lock`.',
  },
  E802: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Malformed lock file',
    explanation: 'The lock file is not valid JSON of the expected form.',
    fix: 'Restore it from version control, or write it anew with `blast lock`.',
  },
  E803: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Lock file of another version',
    explanation: 'The lock file was written in a format that this engine does not read.',
    fix: 'Use the engine that wrote it, or write it anew with `blast lock`.',
  },
  E804: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Scenario changed since the lock',
    explanation: 'The scenario, its parameters or a file that it imports differ from those that were locked.',
    fix: 'Undo the change, or lock again when it is intended.',
  },
  E805: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Replay differs',
    explanation: 'The same scenario gave another timeline or another run than the one that was locked.',
    fix: 'Look at the first difference in the report; lock again when the change of behaviour is intended.',
  },
  E806: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Malformed run file',
    explanation: 'A file of a former run is missing, is not of the expected form, or was cut off.',
    fix: 'Run the scenario again.',
  },
  E807: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Backend that is not installed',
    explanation:
      'The backend `ldk` runs real code of LDK. It is in a package of its own, `lightningdevkit` (21 MB), so that whoever does not need it need not load it.',
    fix: 'Install it beside BLAST: `npm install lightningdevkit@0.1.0`, with `-g` where BLAST is installed so.',
  },
  E810: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Folder of models that cannot be used',
    explanation:
      'The folder that `--rpc-models` names is not there, or a model.json in it does not have the form that docs/rpc.md describes: `name`, `rpc` and `start`.',
    fix: 'Mend the file that the message names.',
  },
  E811: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Process of nodes that cannot be had',
    explanation:
      'A process that is to have the nodes of a run (backend `rpc`) does not start, nobody answers at its address in time, or it is on another machine and would be spoken to without TLS.',
    fix: 'Look at its log in the folder of the run, and at the address; start the process by itself to see what it says.',
  },
  E812: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Process of nodes that failed',
    explanation:
      'In the middle of a run (backend `rpc`) a process ended, did not answer in time, does not know a call, or answered what is no answer. What had happened until then is in the results.',
    fix: 'Look at its log in the folder of the run. Give it longer with `--rpc-timeout` where it is only slow.',
  },
  E813: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Process that cannot play the scenario',
    explanation:
      'A process of nodes (backend `rpc`) refuses something without which the scenario cannot be played: to start its nodes, to load or save a network, to open a channel that the network begins with; or its nodes have fewer coins than the scenario says, or a channel is not confirmed in time.',
    fix: 'Start the process with what the scenario needs, or change the scenario to what it has.',
  },

  E808: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Model process that failed',
    explanation:
      'A process that decides for nodes of the run is gone, did not answer in time (`--models-timeout`), or answered what is no answer. The message says for which model, question, node and virtual time; what had happened until then is written.',
    fix: 'Look at what the process says of itself; docs/rpc.md has the messages. A process that needs longer gets a longer `--models-timeout`.',
  },
  E809: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Model process that cannot be used',
    explanation:
      'Before the run: a process could not be started or reached, speaks another version of the protocol, or does not offer what the scenario needs.',
    fix: 'Start the process, correct its address or command, or let the other models decide here (`--models in-process,…`).',
  },

  E841: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Folder of another sweep',
    explanation:
      'The folder holds the results of another plan: the scenario, a file that it names, the cells or the engine differ. Results of two plans are never mixed.',
    fix: 'Undo the change to go on with `--resume`, or name another folder with `--out`.',
  },
  E842: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Not a folder of a sweep',
    explanation: 'The folder has no sweep.json, or one that is not of the expected form or of another version.',
    fix: 'Name a folder that `blast sweep` has written.',
  },
  E843: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Damaged results of a sweep',
    explanation:
      'A line of the results of cells is not what was written: its digest differs, or it is about no cell of the plan.',
    fix: 'Restore the file, or run the sweep again in another folder.',
  },
  E844: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Shards of different sweeps',
    explanation:
      'The folders to be merged are not shards of one plan: scenario, files, cells, number of shards or engine differ.',
    fix: 'Merge the shards of one sweep, run with the same scenario, options and engine.',
  },
  E845: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Shard missing',
    explanation: 'Not every shard of the sweep is among the folders, or a folder holds a shard that is not finished.',
    fix: 'Add the shards that the message lists; finish one with `blast sweep --shard … --resume`.',
  },
  E846: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Shard given twice',
    explanation: 'Two folders hold the same shard of the sweep.',
    fix: 'Name each shard once.',
  },
  E847: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Folder of a sweep in use',
    explanation:
      'Another process runs a sweep into this folder: its file sweep.lock names a process that is alive, or one on another machine.',
    fix: 'Wait for it, or name another folder with --out. If no sweep runs there, remove sweep.lock.',
  },

  // Warnings
  // 82x: snapshots
  E821: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Snapshot that cannot be begun in',
    explanation: 'The scenario says of the network what the snapshot says already, and both cannot hold.',
    fix: 'Leave it out of the scenario; an event can change it.',
  },
  E822: {
    severity: 'error',
    raisedBy: 'snapshot',
    title: 'Snapshot not readable',
    explanation: 'The file is no JSON text, or ends in the middle of it.',
    fix: 'Take the snapshot again, or copy it again from where it was taken.',
  },
  E823: {
    severity: 'error',
    raisedBy: 'snapshot',
    title: 'Snapshot of another version',
    explanation: 'The file says that it has a format which this engine does not read, or none.',
    fix: 'Take the snapshot again with this engine, or use the engine that wrote it.',
  },
  E824: {
    severity: 'error',
    raisedBy: 'snapshot',
    title: 'Malformed snapshot',
    explanation: 'The file does not have the shape that schemas/snapshot.v1.schema.json describes.',
    fix: 'Take the snapshot again; a snapshot is not written by hand.',
  },
  E825: {
    severity: 'error',
    raisedBy: 'snapshot',
    title: 'Snapshot changed after it was taken',
    explanation:
      'The content of the file does not have the SHA-256 that the file states: it is damaged, or was edited.',
    fix: 'Take the snapshot again, or get the unchanged file from version control.',
  },
  E826: {
    severity: 'error',
    raisedBy: 'snapshot',
    title: 'Inconsistent snapshot',
    explanation:
      'The parts of the state contradict each other: a number refers to nothing, an HTLC is in no channel, or the money does not add up.',
    fix: 'Take the snapshot again.',
  },
  E827: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Snapshot of another scenario',
    explanation:
      'A run goes on only from a state that it would have come to itself: what the scenario plans up to the instant of the snapshot must be what was played.',
    fix: 'Give the scenario, parameters and seed that made the snapshot, or begin in it with `network.snapshot`.',
  },
  E828: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Trace that selects no payment',
    explanation:
      'What is given to `--trace` matches no payment of the scenario: there is no such activity, or it has no payment of this number.',
    fix: 'Give the name of an activity, a glob over names, one of them with `/` and the number of a payment (from 0), or `all`.',
  },
  E829: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Not the results of a run',
    explanation: 'The folder is not there, holds no finished run, or lacks a file that is needed.',
    fix: 'Name the folder that `blast run` wrote; run without `--no-events` where the events are needed.',
  },
  E830: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Result file not readable',
    explanation:
      'A file of a run does not have the form that docs/results.md describes at this place: it was cut off, or edited.',
    fix: 'Run the scenario again, or copy the folder again from where it was written.',
  },
  E831: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Unknown payment',
    explanation: 'The run made no payment of this number or name.',
    fix: 'Give the number of the payment as in events.ndjson, or its activity and number as in payments.csv: `coffee/3`.',
  },
  E832: {
    severity: 'error',
    raisedBy: 'compile',
    title: 'Snapshot of another backend',
    explanation:
      'States of the simulator can be read; those of real LDK nodes are a journal of what was asked of them, which only the same backend can play, and only in the scenario that made it.',
    fix: 'Go on with the backend and the scenario that made the snapshot.',
  },
  E833: {
    severity: 'error',
    raisedBy: 'run',
    title: 'State that does not come out again',
    explanation:
      'The snapshot is a journal of what was asked of real nodes. It was played again, and what came of it is not the state that the snapshot was taken of: another version of their software, or a journal that was edited.',
    fix: 'Go on with the versions of BLAST and of the nodes’ software that took the snapshot, or take it again.',
  },
  W601: {
    severity: 'warning',
    raisedBy: 'compile',
    title: 'Time after the end of the run',
    explanation: 'The event or check would happen after the run’s `duration`, so it never does.',
    fix: 'Lengthen `duration`, or move it before the end.',
  },
  W602: {
    severity: 'warning',
    raisedBy: 'compile',
    title: 'Nodes left out of a random activity',
    explanation:
      'The channels of some selected nodes are too small for the expected amount, so they neither send nor receive.',
    fix: 'Lower `expected_amount`, enlarge their channels, or leave the nodes out of `among`.',
  },
  W605: {
    severity: 'warning',
    raisedBy: 'compile',
    title: 'Amount above every capacity',
    explanation:
      'The payment is larger than the largest channel of its sender or receiver, so it can only succeed in parts, if at all.',
    fix: 'Lower the amount, allow more parts, or enlarge a channel.',
  },
  W606: {
    severity: 'warning',
    raisedBy: 'compile',
    title: 'Attack that cannot fill its target',
    explanation:
      'The channels on the attacker’s ways to the target take fewer HTLCs, or less money, than the target does.',
    fix: 'Give the nodes that send and receive more or larger channels, ask for fewer `htlcs`, or let routes cross the target several times (`crossings`).',
  },
  W607: {
    severity: 'warning',
    raisedBy: 'compile',
    title: 'Rebalance that needs a route',
    explanation:
      'LDK and Eclair find no way from a node to itself, so that the payment ends as RouteNotFound before anything is sent. They send it over a route that they are given.',
    fix: 'Give the rebalance a `route`.',
  },
  W621: {
    severity: 'warning',
    raisedBy: 'compile',
    title: 'Event on a node that is stopped',
    explanation: 'The event needs a node that an earlier event has stopped, so it does nothing or fails.',
    fix: 'Start the node before, or move the event.',
  },
  W622: {
    severity: 'warning',
    raisedBy: 'compile',
    title: 'Channel that nobody can use',
    explanation:
      'Neither side of the channel can ever send: its capacity is no more than the reserves that both sides must keep, or both policies ask for HTLCs above the capacity.',
    fix: 'Enlarge the channel, or correct its policies.',
  },
  W623: {
    severity: 'warning',
    raisedBy: 'compile',
    title: 'Reorganisation of more blocks than there are',
    explanation:
      'The event would undo more blocks than the run has found by then. Blocks from before the run, with which its channels were opened, stay, so it undoes fewer or none.',
    fix: 'Mine as many blocks before (`chain.mining`, `mine`), lower `depth`, or let the event come later.',
  },
  W650: {
    severity: 'warning',
    raisedBy: 'run',
    title: 'Cells that share no beginning',
    explanation:
      'The sweep has a branch point, but cells with different values of a parameter differ in what happens until then, so that each of the values plays its own beginning.',
    fix: 'Let what depends on the parameter happen after the branch point, or branch earlier.',
  },
  W701: {
    severity: 'warning',
    raisedBy: 'interop',
    title: 'Part of an import left out or changed',
    explanation: 'The imported file says something that a scenario cannot express, so it was left out or rounded.',
    fix: 'Check that the difference does not matter, or add what is missing to the scenario.',
  },
  W702: {
    severity: 'warning',
    raisedBy: 'interop',
    title: 'Imported node of another implementation',
    explanation:
      'The imported file says which implementation a node runs (it is the label `implementation`), and another model is used for it.',
    fix: 'Give the label a model under `defaults.labels`, if there is one of that implementation.',
  },
  W703: {
    severity: 'warning',
    raisedBy: 'interop',
    title: 'Part of a network left out of an export',
    explanation:
      'The network has something that the format of the export cannot say, so it was left out or changed. What is missing is found by reading the written files again.',
    fix: 'Check that the difference does not matter, or export in a format that can say it; `blast-network` says most.',
  },
  W821: {
    severity: 'warning',
    raisedBy: 'snapshot',
    title: 'Snapshot of another version of the engine',
    explanation:
      'Another version of the engine wrote the file. It is read, but what follows may differ from what that version would have played.',
    fix: 'Take the snapshot again with this version.',
  },
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTICS;

/** All codes in the order of the table. */
export const DIAGNOSTIC_CODES: readonly DiagnosticCode[] = Object.keys(DIAGNOSTICS) as DiagnosticCode[];

/** The table's entry of a code. */
export function diagnosticInfo(code: DiagnosticCode): DiagnosticInfo {
  return DIAGNOSTICS[code];
}
