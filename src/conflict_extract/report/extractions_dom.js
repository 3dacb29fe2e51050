// Elements and words. Everything that an article, a model or a file says becomes a text node: there is no innerHTML.

const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]|\p{Surrogate}/gu;

// Text that cannot steer the page: control characters and overrides of the writing direction are shown by their number.
function visible(text) {
  return String(text).replace(/\r\n?/g, '\n').replace(UNSAFE,
    (sign) => '\\u' + sign.charCodeAt(0).toString(16).padStart(4, '0'));
}

// One line of it.
function oneLine(text) {
  return visible(text).replace(/\s+/g, ' ').trim();
}

// An element. Attribute names and tags are ours, never data.
function el(tag, options, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== ''));
  return node;
}

function svg(tag, options, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(options ?? {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Words of the article, set apart from ours and from the writing direction around them.
function words(text, quoted = true) {
  return el('bdi', { class: 'words' }, quoted ? `“${oneLine(text)}”` : oneLine(text));
}

function plain(name) {
  return WORDS.names[name] ?? oneLine(name).replaceAll('_', ' ');
}

function count(number, noun, nouns = noun + 's') {
  return `${number.toLocaleString('en')} ${number === 1 ? noun : nouns}`;
}

// Math.min and Math.max take only so many arguments.
function extent(values) {
  return values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function chip(text, extra = '', title = null) {
  return el('span', { class: `chip ${extra}`, title }, text);
}

// Shapes, so that nothing rests on colour alone.
const SHAPES = {
  confirmed: () => [svg('circle', { cx: 8, cy: 8, r: 7, class: 'fill' }), svg('path', { d: 'M4.5 8.2l2.4 2.4 4.6-5', class: 'cut' })],
  admitted: () => [svg('path', { d: 'M8 .8L15.2 8 8 15.2.8 8z', class: 'fill' })],
  disputed: () => [svg('circle', { cx: 8, cy: 8, r: 6.2, class: 'line' }), svg('path', { d: 'M3.7 12.3l8.6-8.6', class: 'line' })],
  unconfirmed: () => [svg('circle', { cx: 8, cy: 8, r: 6.2, class: 'line dash' })],
  single: () => [svg('circle', { cx: 8, cy: 8, r: 6.2, class: 'line' })],
  own: () => [svg('rect', { x: 2.2, y: 2.2, width: 11.6, height: 11.6, class: 'line' })],
};

function standingIcon(standing) {
  return svg('svg', { viewBox: '0 0 16 16', class: `icon ${SHAPES[standing] ? standing : 'single'}`, 'aria-hidden': 'true' },
    ...(SHAPES[standing] ?? SHAPES.single)());
}

function standingChip(standing) {
  const [label, meaning] = WORDS.standings[standing];
  return el('span', { class: `chip standing ${standing}`, title: meaning }, standingIcon(standing), label);
}

// A long list, a piece at a time. In print it is cut where a person would stop reading, and says so.
const PRINTED = 400;
function fill(parent, items, render, step, noun) {
  let shown = 0;
  const more = el('button', { type: 'button', class: 'more', on: { click: () => next() } });
  const place = parent.tagName === 'TBODY' ? el('tr', {}, el('td', { colspan: 3 }, more)) : el(parent.tagName === 'OL' || parent.tagName === 'UL' ? 'li' : 'p', { class: 'rest' }, more);
  function next() {
    const size = printing ? PRINTED : step;
    const first = shown;
    const part = document.createDocumentFragment();
    for (const item of items.slice(shown, shown + size)) part.append(render(item));
    shown = Math.min(items.length, shown + size);
    place.remove();
    parent.append(part);
    if (shown < items.length) {
      more.textContent = printing ? `… and ${count(items.length - shown, noun)} more: narrow the filters to print them`
        : `Show ${Math.min(step, items.length - shown)} more of ${count(items.length - shown, noun)}`;
      parent.append(place);
    }
    if (first) parent.children[first]?.querySelector('a, button, summary')?.focus();
  }
  next();
  return parent;
}

// A foldable section whose content is made when it is first opened.
function fold(head, open, content) {
  const node = el('details', { open: open || printing }, el('summary', {}, head));
  let made = false;
  const make = () => {
    if (node.open && !made) {
      made = true;
      node.append(content());
    }
  };
  node.addEventListener('toggle', make);
  make();
  return node;
}

// A link only where it leads to the web: javascript: and data: stay words.
function link(url) {
  let safe = null;
  try {
    const parsed = new URL(url);
    if (['http:', 'https:'].includes(parsed.protocol)) safe = parsed.href;
  } catch { /* no address: shown as words */ }
  return safe ? el('a', { href: safe, rel: 'noreferrer noopener', target: '_blank' }, words(url, false)) : words(url, false);
}
