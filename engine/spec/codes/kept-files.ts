/** Errors of stage 8: locks and replays, backends and processes of nodes, folders of sweeps, snapshots. */
export const KEPT_FILES = {
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
    fix: 'Start the process with what the scenario needs, or change the scenario to what it has. One whose nodes a scenario creates starts without any: `blast model serve` without `--nodes`.',
  },
  E814: {
    severity: 'error',
    raisedBy: 'run',
    title: 'Recording that cannot be replayed',
    explanation:
      'The file that `blast model check recording:FILE` names is not there, or is not what `blast model check --record` has written. The message says what is wrong, and with which call (numbered from 0).',
    fix: 'Record the exchange again with `blast model check MODEL=HOST:PORT --record FILE`.',
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
      'The backend went to the state of the snapshot, of real nodes by doing again what its journal says was asked of them, and what came of it is not the state that the snapshot was taken of: another version of their software, or a file that was edited. The message names what differs.',
    fix: 'Go on with the versions of BLAST and of the nodes’ software that took the snapshot, or take it again.',
  },
} as const;
