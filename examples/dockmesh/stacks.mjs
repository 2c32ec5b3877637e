/** Stacks, which are compose files in a folder, and the containers that run of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { basename, dirname, extname, join } from 'node:path';
import { parseDocument } from 'yaml';

/** @typedef {{name: string, services: string[] | undefined, seconds: number}} Stack `services` is missing where the file is wrong */
/** @typedef {{state: string, stack: string | undefined, service: string | undefined}} Container */

/** Of the folder and the folders in it; `seconds` is how long reading and checking the file took. @param {string} folder @returns {Stack[]} */
export function readStacks(folder) {
  const inside = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
  return [folder, ...inside.map(({ name }) => join(folder, name))].flatMap((place) =>
    readdirSync(place)
      .filter((name) => /^(docker-)?compose\.ya?ml$/.test(name))
      .sort()
      .map((name) => readStack(join(place, name), place === folder)),
  );
}

/** @param {string} file @param {boolean} isAlone it has no folder of its own to be called by */
function readStack(file, isAlone) {
  const started = performance.now();
  const document = parseDocument(readFileSync(file, 'utf8'));
  /** @type {{name?: unknown, services?: unknown} | null} */
  const content = document.errors.length > 0 ? null : document.toJS();
  const name = typeof content?.name === 'string' ? content.name : undefined;
  const services = Object.entries(content?.services ?? {});
  const isRight =
    services.length > 0 &&
    services.every(([, one]) => typeof one === 'object' && one !== null && ('image' in one || 'build' in one));
  return {
    name: name ?? (isAlone ? basename(file, extname(file)) : basename(dirname(file))),
    services: isRight ? services.map(([service]) => service) : undefined,
    seconds: (performance.now() - started) / 1000,
  };
}

/** @param {Stack} stack @param {readonly Container[]} containers */
export function stateOf({ name, services }, containers) {
  if (!services) return 'error';
  const running = services.filter((service) =>
    containers.some((one) => one.stack === name && one.service === service && one.state === 'running'),
  );
  if (running.length === 0) return 'stopped';
  return running.length === services.length ? 'running' : 'partial';
}

/** What the engine tells; where none answers, the control groups of the processes that run. @param {string} socket */
export async function readContainers(socket) {
  return (await fromEngine(socket)) ?? fromControlGroups();
}

/** @param {string} socketPath @returns {Promise<Container[] | undefined>} */
function fromEngine(socketPath) {
  return new Promise((done) => {
    const asked = request({ socketPath, path: '/containers/json?all=1', timeout: 2000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (/** @type {string} */ part) => (text += part));
      answer.on('error', () => done(undefined)).on('end', () => done(readAnswer(text)));
    });
    asked.on('timeout', () => asked.destroy()).on('error', () => done(undefined));
    asked.end();
  });
}

/** @param {string} text */
function readAnswer(text) {
  /** @type {{State: string, Labels?: Record<string, string>}[]} */
  const all = JSON.parse(text);
  return all.map(({ State, Labels = {} }) => ({
    state: State,
    stack: Labels['com.docker.compose.project'],
    service: Labels['com.docker.compose.service'],
  }));
}

/** A container's processes are in a group that is called by its id. Of which stack it is, a group does not tell. @returns {Container[]} */
function fromControlGroups() {
  const ids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((process) => controlGroups(process).match(/[0-9a-f]{64}/g) ?? []);
  return [...new Set(ids)].map(() => ({ state: 'running', stack: undefined, service: undefined }));
}

/** @param {string} process */
function controlGroups(process) {
  try {
    return readFileSync(`/proc/${process}/cgroup`, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}
