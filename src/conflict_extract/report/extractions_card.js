// The chosen item in full: a claim with its source chain, event and figures; an event with the claims about it; a telling.

function drawCard() {
  const card = document.getElementById('card');
  const { scope: article, chosen: item } = state;
  card.hidden = !item;
  if (!item) {
    card.replaceChildren();
    return;
  }
  const content = { claim: claimCard, event: eventCard, telling: tellingCard }[item.type_](article, item);
  const others = [...new Set(state.also ?? [])].filter((each) => each !== item);
  card.replaceChildren(
    el('div', { class: 'card-head' },
      el('span', { class: 'quiet' }, `${capital(item.type_)} ${oneLine(item.id)}`),
      el('button', { type: 'button', class: 'to-words', on: { click: () => toWords(item) } }, 'Show its words'),
      el('button', { type: 'button', class: 'close', 'aria-label': 'Close (Escape)', title: 'Close (Escape)', on: { click: () => choose(article, null, []) } }, '×')),
    el('div', { class: 'card-body' }, content,
      others.length > 0 && el('p', { class: 'others' }, el('span', { class: 'quiet' }, 'These words also carry: '), others.map((other) => itemButton(article, other, state.also)))));
  card.querySelector('.card-body').scrollTop = 0;
}

function toWords(item) {
  const node = marked.of.get(item)?.[0];
  node?.scrollIntoView({ block: 'center', behavior: calm() ? 'instant' : 'smooth' });
  (node?.matches('[tabindex]') ? node : document.getElementById('left')).focus({ preventScroll: true });
}

function itemButton(article, item, also = []) {
  const label = { claim: () => item.statement, event: () => item.summary, telling: () => `${item.chain.at(-1).name}: ${item.cue ?? 'no cue'}` }[item.type_]();
  return el('span', { class: 'item', on: pointing(article, item) }, itemLink(article, item, [el('span', { class: 'quiet' }, `${item.type_} `), oneLine(label)], also));
}

function claimCard(article, claim) {
  const [, meaning] = WORDS.standings[claim.standing];
  return [
    el('h3', { class: claim.polarity === 'negated' ? 'negated' : '' }, oneLine(claim.statement)),
    el('p', { class: 'facts' }, standingChip(claim.standing), claimFlags(claim)),
    el('p', { class: 'quiet' }, meaning),
    el('dl', {},
      field('Who says so', claim.telling ? chainOf(claim.telling) : el('p', {}, 'The article itself, with no source given.')),
      claim.telling && field('Told', toldAs(claim.telling)),
      claim.figures.length > 0 && field('Figures', figureTable(claim.figures)),
      linksOf(article, claim).length > 0 && field('Linked with', linksOf(article, claim).map((each) => linkLine(article, each))),
      claim.events.length > 0 && field('About', claim.events.map((id) => article.byId.get(id)).filter(Boolean).map((event) => itemButton(article, event))),
      field('In these words', quoteOf(claim))),
  ];
}

function field(name, ...content) {
  return [el('dt', {}, name), el('dd', {}, ...content)];
}

// The origin, who is said to know, last: what the article heards first stands first.
function chainOf(telling) {
  const role = (index, length) => (length === 1 ? null : index === 0 ? 'heard first' : index === length - 1 ? 'said to know' : 'passed on by');
  return el('ol', { class: 'chain' }, telling.chain.map((source, index) => el('li', {},
    el('strong', {}, words(source.name, false)),
    el('span', { class: 'quiet' }, ` ${[typeOf(source), source.identification, role(index, telling.chain.length)].filter(Boolean).join(', ')}`),
    source.alignment && el('span', { class: 'quiet' }, ', called ', words(source.alignment)))));
}

function toldAs(telling) {
  return el('p', {}, telling.cue ? words(telling.cue) : 'without a cue', el('span', { class: 'quiet' }, ` ${telling.cue_class}: ${WORDS.cueClasses[telling.cue_class] ?? ''} ${capital(telling.mode)} speech.`));
}

function figureTable(figures) {
  return el('table', { class: 'figures' }, el('thead', { class: 'sr' }, el('tr', {}, ['Words', 'Of', 'Reads as', 'Counts'].map((name) => el('th', { scope: 'col' }, name)))),
    el('tbody', {}, figures.map((figure) => el('tr', {},
      el('td', {}, words(figure.text)), el('td', {}, figure.of ? words(figure.of, false) : '–'), el('td', {}, el('b', {}, figure.signs)),
      el('td', {}, [plain(figure.measure), ['not_people', 'unspecified'].includes(figure.category) ? null : figure.category].filter(Boolean).join(', '), figure.window && [', over ', words(figure.window)])))));
}

function quoteOf(item) {
  const found = WORDS.groundings[item.grounding ?? 'exact'];
  return [
    el('blockquote', {}, words(item.quote)),
    el('p', { class: 'quiet' }, `Characters ${item.start.toLocaleString('en')} to ${item.end.toLocaleString('en')} of the text, found ${found}`,
      item.grounding === 'fuzzy' ? ` (${Math.floor(100 * item.similarity)} % alike)` : '', '.'),
  ];
}

function eventCard(article, event) {
  const claims = claimsAbout(article, event);
  const resolved = event.earliest || event.latest;
  const kinds = [plain(event.type), plain(event.sub_type), event.granularity, event.reality, event.territory && `ground ${event.territory}`];
  return [
    el('h3', {}, oneLine(event.summary)),
    el('p', { class: 'facts' }, [...new Set(kinds.filter(Boolean))].map((kind) => chip(kind))),
    el('dl', {},
      field('When', event.time || resolved ? el('p', {}, event.time && words(event.time), resolved ? `: ${daysOf(event)}` : ' does not resolve to a day', event.precision && el('span', { class: 'quiet' }, ` (${WORDS.precisions[event.precision]})`)) : el('p', { class: 'quiet' }, 'No time given.')),
      event.places?.length > 0 && field('Where', el('p', {}, event.places.map((place, index) => [index > 0 && '; ', words(place.name, false), place.within && el('span', { class: 'quiet' }, ' in ', words(place.within, false))]))),
      event.actors?.length > 0 && field('Who', el('ul', { class: 'actors' }, event.actors.map((actor) => el('li', {}, el('strong', {}, words(actor.name, false)), el('span', { class: 'quiet' }, ` ${actor.role}, ${plain(actor.type)}`))))),
      event.weapons?.length > 0 && field('Weapons', el('p', {}, event.weapons.map(plain).join(', '))),
      field(count(claims.length, 'claim'), el('ul', { class: 'claims' }, claims.map((claim) => claimRow({ article, claim })))),
      field('In these words', quoteOf(event))),
  ];
}

function tellingCard(article, telling) {
  const claims = article.claims.filter((claim) => claim.telling === telling);
  return [
    el('dl', {},
      field('Who tells', chainOf(telling)), field('Told', toldAs(telling)),
      field(claims.length ? count(claims.length, 'claim') : 'Claims', claims.length ? el('ul', { class: 'claims' }, claims.map((claim) => claimRow({ article, claim }))) : el('p', { class: 'quiet' }, 'None: a telling without a claim of its own.')),
      field('In these words', quoteOf(telling))),
  ];
}
