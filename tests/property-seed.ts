/**
 * Runs before every test file. With BLAST_PROPERTY_SEED all properties draw the same inputs each time, so that a gate
 * says the same of the same code; without it, they draw others each time.
 */
import fc from 'fast-check';

const seed = process.env.BLAST_PROPERTY_SEED;
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
