/** Version of the engine, as results and lock files record it; a test keeps it equal to package.json. */
export const ENGINE_VERSION = '0.1.0';
