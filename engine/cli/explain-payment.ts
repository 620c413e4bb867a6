/** `blast explain payment`: the story of one payment of a run, from the files that the run wrote. */
import { type PaymentSteps, paymentSteps } from '../run/payment-steps.ts';
import { EVENTS_FILE } from '../run/run-folder.ts';
import { ResultsProblem, RunResults } from '../run/run-results.ts';
import { EXIT } from './exit-codes.ts';
import { type CommandEntry, OPTION } from './options.ts';
import { storyText } from './payment-story.ts';
import { printDiagnostics } from './scenario-file.ts';
import { styleFor } from './style.ts';

export const explainPaymentCommand: CommandEntry = {
  name: 'payment',
  summary: 'tell the story of one payment of a run, hop by hop',
  details:
    'Reads events.ndjson, payments.csv and, where the run was made with --trace for this payment, trace.ndjson, which also ' +
    'says how routes were chosen, what each cost, which rule of a node a failure follows from and what was learnt.',
  arguments: [
    { syntax: '<folder>', summary: 'what `blast run` wrote' },
    { syntax: '<payment>', summary: 'its activity and number, such as coffee/3, or its number in events.ndjson' },
  ],
  options: [OPTION.format],
  examples: [
    ['blast explain payment out/shop coffee/3', 'the fourth payment of coffee'],
    ['blast explain payment out/shop 17 --format json', 'all steps of payment 17, for programs'],
  ],
  async run({ io }, [folder = '', id = ''], options) {
    try {
      const results = new RunResults(io.files, folder);
      const known = paymentSteps(results, id);
      if (options.format === 'json') io.stdout.write(`${JSON.stringify(storyJson(known), null, 2)}\n`);
      else io.stdout.write(storyText(known, hintOf(results, known), styleFor(io, io.stdout)));
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof ResultsProblem)) throw error;
      printDiagnostics(io, [error.diagnostic]);
      return EXIT.invalid;
    }
  },
};

function storyJson(known: PaymentSteps): unknown {
  const { payment, activity, nth, steps, line, hasEvents, hasTrace } = known;
  return {
    ...(payment < 0 ? {} : { payment }),
    ...(activity === '' ? {} : { activity, nth }),
    events: hasEvents,
    traced: hasTrace,
    ...(line === null ? {} : { result: line }),
    steps: steps.map(({ row }) => row),
  };
}

/** What would tell more. */
function hintOf({ manifest }: RunResults, { activity, nth, hasEvents, hasTrace }: PaymentSteps): string | null {
  const name = activity === '' ? 'ACTIVITY/NUMBER' : `${activity}/${nth}`;
  const file = typeof manifest.file === 'string' ? manifest.file : 'FILE';
  const more = [
    ...(hasTrace ? [] : ['how routes were chosen, what they cost and what was learnt']),
    ...(hasEvents ? [] : [`each HTLC, of which only ${EVENTS_FILE} tells (without --no-events)`]),
  ];
  return more.length === 0 ? null : `More, ${more.join('; ')}: blast run ${file} --trace ${name}`;
}
