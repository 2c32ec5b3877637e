import { renderMarkdown, textUtil } from '@grafana/data';
import { helpPath } from '../lib/constants.ts';
import { hrefTo } from '../lib/href.ts';
import { slugger } from './slug.ts';
import { sourceOf, topics, type Topic } from '../lib/topics.ts';

export interface Heading {
  readonly id: string;
  readonly text: string;
  readonly level: number;
}

export interface RenderedDocument {
  /** Sanitized. Each heading stands in a `section` with what follows it. */
  readonly html: string;
  readonly headings: readonly Heading[];
}

/** A repository has no origin of its own; relative links need one to be resolved. */
const REPOSITORY = 'https://repository.invalid';

/** A document of the repository as the app shows it: its title is the page's, its links lead to pages of the help. */
export function renderDocument(markdown: string, topic: Topic): RenderedDocument {
  const html = textUtil.sanitize(renderMarkdown(markdown, { noSanitize: true }));
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  body.querySelector('h1')?.remove();
  body.querySelectorAll('img').forEach((image) => image.remove());
  body.querySelectorAll('a').forEach((link) => redirect(link, topic));
  body.querySelectorAll('table').forEach((table) => table.replaceWith(scrollable(table)));
  body.querySelectorAll('pre').forEach((code) => code.setAttribute('tabindex', '0'));
  const headings = nameHeadings(body);
  groupSections(body);
  return { html: body.innerHTML, headings };
}

/** A link to what is not shipped becomes its text: a path in the repository means nothing here. */
function redirect(link: HTMLAnchorElement, topic: Topic): void {
  const { origin, pathname, hash, href } = new URL(link.getAttribute('href') ?? '', `${REPOSITORY}/${sourceOf(topic)}`);
  const target = topics.find((each) => `/${sourceOf(each)}` === pathname);
  if (origin !== REPOSITORY) {
    link.setAttribute('href', hrefTo(href));
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer');
  } else if (target) {
    link.setAttribute('href', hrefTo(helpPath(target, hash.slice(1))));
  } else {
    link.replaceWith(...link.childNodes);
  }
}

/** A wide table scrolls by itself, by keyboard too, instead of widening the page. */
function scrollable(table: HTMLTableElement): HTMLElement {
  const frame = table.ownerDocument.createElement('div');
  frame.className = 'table';
  frame.tabIndex = 0;
  frame.append(table.cloneNode(true));
  return frame;
}

function nameHeadings(body: HTMLElement): Heading[] {
  const slug = slugger();
  return [...body.querySelectorAll('h2, h3, h4')].map((heading) => {
    const text = heading.textContent.trim();
    heading.id = slug(text);
    heading.setAttribute('tabindex', '-1');
    return { id: heading.id, text, level: Number(heading.tagName.slice(1)) };
  });
}

function groupSections(body: HTMLElement): void {
  let section: HTMLElement | undefined;
  for (const child of [...body.children]) {
    if (/^H[2-4]$/.test(child.tagName)) {
      section = body.ownerDocument.createElement('section');
      child.replaceWith(section);
    }
    section?.append(child);
  }
}
