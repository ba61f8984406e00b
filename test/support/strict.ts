/**
 * Makes mocha strict in two ways it is not by itself (mocha 12): an unhandled rejection fails the run, and a handle that
 * is still open after the tests ends the run with an error instead of hanging it or hiding the leak. Required behind what starts
 * servers: mocha ends things in that order, and to remove the data of all tests' topics took longer than 5 s on a slow machine.
 */
process.on('unhandledRejection', (reason) => {
  throw reason;
});

export function mochaGlobalTeardown(): void {
  setTimeout(() => {
    console.error('still open after the tests:', process.getActiveResourcesInfo());
    // mocha's own exit listener overwrites the code given to process.exit; this listener runs after it.
    process.on('exit', () => {
      process.exitCode = 1;
    });
    process.exit(1);
  }, 5000).unref();
}
