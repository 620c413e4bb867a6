/** Warnings, of every stage. */
export const WARNINGS = {
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
  W624: {
    severity: 'warning',
    raisedBy: 'compile',
    title: 'Channel that no block confirms',
    explanation:
      'The event opens a channel, and no block is found after it. The funding transaction stays in the mempool, and the channel pending: nothing can be sent over it.',
    fix: 'Mine blocks after the event, with `chain: { mining: { every: 10m } }` or an event `mine`, or put the channel among `channels`. Where nodes of another process have blocks of their own, say so with `--backend rpc`.',
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
