/** Prints the result of the last test run as one plain line: `N passed, N failed, N skipped`. */
import { readFileSync } from 'node:fs';

const results = JSON.parse(readFileSync(new URL('../.cache/test-results.json', import.meta.url), 'utf8'));
const { numPassedTests, numFailedTests, numPendingTests } = results;
process.stdout.write(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped\n`);
