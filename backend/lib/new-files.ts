/** Whatever this process and those that it starts make from now on is for its user alone. */
export function keepNewFilesPrivate(): void {
  process.umask(0o077);
}
