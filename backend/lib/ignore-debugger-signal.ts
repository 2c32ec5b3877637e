/**
 * Imported for its effect, before anything else: on SIGUSR1 Node would open its inspector, through which every process of
 * this machine could run code in this one. A listener takes its place.
 */
process.on('SIGUSR1', () => undefined);

export {};
