/** Errors of stage 6: time and planning, behaviours, sweeps. */
export const PLANNING = {
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
} as const;
