/** Errors of what a scenario refers to and computes: stages 4 names and selectors, 5 parameters and expressions. */
export const MEANING = {
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
} as const;
