// The article's text with its passages marked. Passages nest and cross: the text is cut at every end of every passage,
// and each piece knows all that it belongs to.

let marked = { article: null, pieces: [], of: new Map() };

function spansOf(article) {
  const spans = [];
  const add = (span, layer, item) => {
    if (span && span[1] > span[0]) spans.push({ start: span[0], end: span[1], layer, item });
  };
  for (const claim of article.claims) {
    if (!isKept(claim)) continue;
    add([claim.start, claim.end], 'claim', claim);
    for (const figure of claim.figures) add(figure.text_span, 'figure', claim);
    if (claim.telling) addTelling(add, claim.telling);
  }
  if (!narrowed()) for (const telling of article.attributions) addTelling(add, telling);
  for (const event of article.events) {
    if (claimsAbout(article, event).some(isKept)) add([event.start, event.end], 'event', event);
  }
  return spans;
}

function addTelling(add, telling) {
  add(telling.cue_span, 'cue', telling);
  add([telling.start, telling.end], 'telling', telling);
  for (const source of telling.chain) {
    // A name may stand far from its telling ("He said"): it is marked where it helps to read this telling.
    if (source.name_span[0] >= telling.start && source.name_span[1] <= telling.end) add(source.name_span, 'source', telling);
  }
}

function cutText(article) {
  const spans = spansOf(article);
  const at = positionsOf(article);
  const length = at ? at.length - 1 : article.text.length;
  const cuts = [...new Set([0, length, ...spans.flatMap((span) => [span.start, span.end])])].filter((cut) => cut <= length).sort((a, b) => a - b);
  const starting = Map.groupBy ? Map.groupBy(spans, (span) => span.start) : spans.reduce((map, span) => map.set(span.start, [...(map.get(span.start) ?? []), span]), new Map());
  let open = [];
  const pieces = [];
  for (let index = 0; index + 1 < cuts.length; index += 1) {
    const [start, end] = [cuts[index], cuts[index + 1]];
    open = open.filter((span) => span.end > start).concat(starting.get(start) ?? []);
    const text = at ? article.text.slice(at[start], at[end]) : article.text.slice(start, end);
    pieces.push({ start, text, spans: [...open] });
  }
  return pieces;
}

// The item that a click means: the shortest claim, else an event, else a telling.
function innermost(spans) {
  const rank = { claim: 0, figure: 0, event: 1, cue: 2, source: 2, telling: 3 };
  const size = (span) => span.item.end - span.item.start;
  return [...spans].sort((a, b) => rank[a.layer] - rank[b.layer] || size(a) - size(b))[0]?.item ?? null;
}

function pieceElement(article, piece) {
  const layers = new Set(piece.spans.map((span) => span.layer));
  if (!layers.size) return document.createTextNode(visible(piece.text));
  const claims = new Set(piece.spans.filter((span) => span.layer === 'claim').map((span) => span.item));
  const inner = innermost(piece.spans);
  const names = [...layers].map((layer) => `m-${layer}`);
  if (claims.size) names.push(`f-${innermost(piece.spans.filter((span) => span.layer === 'claim')).family}`);
  if (claims.size > 1) names.push('nested');
  const node = el(claims.size ? 'mark' : 'span', { class: names.join(' ') }, visible(piece.text));
  node.addEventListener('click', () => {
    if (getSelection().isCollapsed) choose(article, inner, piece.spans.map((span) => span.item));
  });
  node.addEventListener('pointerenter', () => hint(article, inner, { scroll: false }));
  node.addEventListener('pointerleave', () => unhint());
  const starts = piece.spans.find((span) => span.start === piece.start && span.item === inner && ['claim', 'event'].includes(span.layer));
  if (starts) makeStop(node, article, inner, piece);
  return node;
}

// One tab stop for the whole text; the arrow keys go from passage to passage.
function makeStop(node, article, item, piece) {
  node.setAttribute('role', 'button');
  node.setAttribute('tabindex', '-1');
  node.classList.add('stop');
  if (item.polarity === 'negated') node.classList.add('not');
  node.addEventListener('focus', () => hint(article, item, { scroll: false }));
  node.addEventListener('blur', () => unhint());
  node.addEventListener('keydown', (event) => {
    const stops = marked.stops;
    const here = stops.indexOf(node);
    const to = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: stops.length - 1 }[event.key];
    if (event.key === 'Enter' || event.key === ' ') choose(article, item, piece.spans.map((span) => span.item));
    else if (to === undefined) return;
    else if (stops[to]) {
      node.setAttribute('tabindex', '-1');
      stops[to].setAttribute('tabindex', '0');
      stops[to].focus();
    }
    event.preventDefault();
  });
}

function articleText(article) {
  const body = el('div', { class: 'text', lang: 'en' });
  marked = { article, of: new Map(), stops: [] };
  for (const piece of cutText(article)) {
    const node = pieceElement(article, piece);
    body.append(node);
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    for (const { item } of piece.spans) {
      if (!marked.of.has(item)) marked.of.set(item, []);
      marked.of.get(item).push(node);
    }
    if (node.classList.contains('stop')) marked.stops.push(node);
  }
  marked.stops[0]?.setAttribute('tabindex', '0');
  return body;
}

function legend() {
  const key = (name, label) => el('span', { class: 'key' }, el('mark', { class: name }, label));
  return el('p', { class: 'legend', 'aria-label': 'Marks' },
    Object.entries(WORDS.families).map(([name, family]) => key(`m-claim f-${name}`, family.label)),
    el('span', { class: 'key' }, el('span', { class: 'm-source' }, 'source'), ' ', el('span', { class: 'm-cue' }, 'said')),
    el('span', { class: 'key' }, el('span', { class: 'm-figure' }, 'figure')),
    el('span', { class: 'key' }, el('span', { class: 'm-event' }, 'event')),
    el('span', { class: 'key not' }, 'said not to be so'));
}

function articleHead(article) {
  const facts = [
    article.published ? `published ${dayName(article.published)}` : 'day of publication not known',
    article.title ? oneLine(article.id) : null,
  ].filter(Boolean);
  return el('header', { class: 'article-head' },
    ARTICLES.length > 1 && el('nav', { class: 'steps', 'aria-label': 'Articles' },
      el('a', { href: '#', class: 'back' }, '← All articles'),
      step(article.position - 1, '‹', 'Previous article'),
      el('span', { class: 'quiet' }, `${article.position + 1} of ${ARTICLES.length}`),
      step(article.position + 1, '›', 'Next article')),
    el('h2', { id: 'article-title' }, words(nameOf(article), false)),
    el('p', { class: 'quiet' }, facts.join(' · ')),
    article.url && el('p', { class: 'quiet' }, link(article.url)),
    !article.complete && el('p', { class: 'notice' }, 'Incomplete: the model’s reply was cut off, so items may be missing.'));
}

function step(position, sign, label) {
  const to = ARTICLES[position];
  return el('button', { type: 'button', class: 'step', 'aria-label': label, title: label, disabled: !to, on: { click: () => go(to) } }, sign);
}

function quotesOnly(article) {
  marked = { article, of: new Map(), stops: [] };
  const items = [...article.claims.filter(isKept)].sort((a, b) => a.start - b.start);
  return [
    el('p', { class: 'notice' }, WORDS.texts[article.textState]),
    el('ol', { class: 'quotes' }, items.map((claim) => {
      const node = el('li', {}, itemLink(article, claim, words(claim.quote)));
      marked.of.set(claim, [node]);
      return node;
    })),
  ];
}

function drawArticle(left, article) {
  left.replaceChildren(articleHead(article), ...(article.text === null || article.text === undefined
    ? quotesOnly(article) : [legend(), articleText(article)]));
}

// Which articles there are: the left pane while none is chosen.
function drawArticles(left) {
  marked = { article: null, of: new Map(), stops: [] };
  const counts = new Map();
  for (const { article } of matching()) counts.set(article, (counts.get(article) ?? 0) + 1);
  const found = narrowed() ? ARTICLES.filter((article) => counts.has(article)) : ARTICLES;
  const list = el('ol', { class: 'articles' });
  left.replaceChildren(el('h2', {}, narrowed() ? `${count(found.length, 'article')} of ${ARTICLES.length.toLocaleString('en')}` : count(found.length, 'article')), list);
  fill(list, found, (article) => el('li', {},
    itemLink(article, null, words(nameOf(article), false)),
    el('span', { class: 'quiet' }, [
      article.published ? dayName(article.published) : null,
      count(counts.get(article) ?? 0, 'claim'), narrowed() ? null : count(article.events.length, 'event'),
      article.rejected.length ? `${article.rejected.length} left out` : null,
    ].filter(Boolean).join(' · '),
    standingTallies(article.claims.filter(isKept)),
    article.textState !== 'here' && chip(article.textState === 'changed' ? 'text has changed' : 'without text', 'warn'),
    !article.complete && chip('incomplete', 'warn'))), 100, 'article');
}

// Faint while something is pointed at, strong while it is chosen.
let hinted = [];
let timer = 0;
function hint(article, item, { scroll }) {
  unhint();
  if (marked.article !== article || !item) return;
  hinted = marked.of.get(item) ?? [];
  for (const node of hinted) node.classList.add('hint');
  for (const node of document.querySelectorAll('.panel [data-item]')) node.classList.toggle('hint', node.item === item);
  if (scroll) timer = setTimeout(() => scrollToItem(item), 120);
}

function unhint() {
  clearTimeout(timer);
  for (const node of hinted) node.classList.remove('hint');
  for (const node of document.querySelectorAll('.panel .hint')) node.classList.remove('hint');
  hinted = [];
}

// Scrolls the pane of the text and nothing else, so that what is pointed at stays under the pointer.
function scrollToItem(item) {
  const node = marked.of.get(item)?.[0];
  const pane = document.getElementById('left');
  if (!node || pane.scrollHeight <= pane.clientHeight || getComputedStyle(pane).overflowY === 'visible') return;
  const [box, frame] = [node.getBoundingClientRect(), pane.getBoundingClientRect()];
  if (box.top >= frame.top + 40 && box.bottom <= frame.bottom - 40) return;
  pane.scrollTo({ top: pane.scrollTop + box.top - frame.top - frame.height / 3, behavior: calm() ? 'instant' : 'smooth' });
}

function calm() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

// The chosen item's words, and those of the claims that it is linked with.
function drawChoice() {
  for (const nodes of marked.of.values()) for (const node of nodes) node.classList.remove('on', 'against', 'linked');
  if (!state.chosen || marked.article !== state.scope) return;
  const item = state.chosen;
  const mark = (other, name) => (marked.of.get(other) ?? []).forEach((node) => node.classList.add(name));
  if (item.type_ === 'claim') {
    for (const [, kind, other] of linksOf(state.scope, item)) mark(other, kind === 'denies' || kind === 'differs' ? 'against' : 'linked');
  }
  if (item.type_ === 'event') for (const claim of claimsAbout(state.scope, item)) mark(claim, 'linked');
  mark(item, 'on');
}
