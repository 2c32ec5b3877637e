/** Runs before every test file. */
import './patience.ts'; // once in each worker
