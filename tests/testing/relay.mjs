/**
 * A process that runs commands of the built tree, one after the other: told the arguments of each, it answers its exit
 * code and what it wrote to standard error. Starting one for each command costs more than the commands do.
 */
import { runCli } from '../../dist/engine/cli/cli.js';
import { nodeCronClock } from '../../dist/engine/cli/node-cron-clock.js';
import { defaultEngine } from '../../dist/engine/host/default-engine.js';
import { nodeClock } from '../../dist/engine/host/node-clock.js';
import { nodeFiles } from '../../dist/engine/host/node-files.js';

process.on('message', async (args) => {
  let err = '';
  const code = await runCli(
    args,
    {
      stdout: { write: () => {}, isTty: false },
      stderr: { write: (text) => (err += text), isTty: false },
      columns: 100,
      env: {},
      files: nodeFiles(process.cwd()),
      clock: nodeClock,
      calendar: async () => nodeCronClock,
      host: { node: process.versions.node, v8: process.versions.v8, platform: `${process.platform}-${process.arch}` },
      onInterrupt: () => () => {},
      onInputEnd: () => {},
    },
    defaultEngine,
  ).catch((error) => {
    err += String(error);
    return -1;
  });
  process.send({ code, err });
});
