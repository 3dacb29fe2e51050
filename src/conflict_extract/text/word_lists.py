"""The closed lists of words by which grounding tells a harmless slip from another meaning (English)."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DETERMINERS = _set("the a an this that these those")
RELATIVES = _set("that which who")
DROPPABLE = DETERMINERS | RELATIVES | _set("of also on in")
"""Function words that a quote may lack or add, each under the conditions of `harmless_between`."""

SAME_WORD = {
    "are": "is",
    "were": "was",
    "have": "has",
    "towards": "toward",
    "amongst": "among",
    "whilst": "while",
    "amidst": "amid",
}
"""Words that differ from another in agreement or spelling alone: never in tense, voice or polarity."""

CALENDAR = _set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december"
)
NUMBER_WORDS = _set(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand "
    "thousands million millions billion billions trillion dozen dozens score scores tens half third thirds "
    "quarter quarters fourth fifth sixth seventh eighth ninth tenth first second last next both couple pair "
    "handful"
)
ORDINALS = _set("first second last next")
AMOUNTS = _set(
    "most more less least fewer fewest few little lot lots bit many some several other others another number "
    "majority minority total fraction part single only all each every any half third thirds quarter quarters "
    "fourth fifth sixth seventh eighth ninth tenth dozen dozens score scores couple pair handful hundreds "
    "thousands millions tens both one"
)
"""Words that a determiner before them turns into another amount: "few" and "a few", "third" and "a third"."""
STRETCHES = _set("minute hour day night week fortnight month year decade head person")
PERSONS = _set(
    "man woman boy girl child baby infant toddler teenager youth person civilian resident villager soldier "
    "officer fighter militant militiaman insurgent rebel gunman sniper commander colonel captain lieutenant "
    "sergeant corporal guard policeman policewoman conscript recruit mercenary contractor adviser advisor pilot "
    "driver medic nurse doctor paramedic rescuer worker volunteer journalist reporter photographer activist "
    "teacher student pupil farmer shepherd imam priest cleric leader official minister mayor governor president "
    "spokesman spokeswoman member refugee migrant prisoner detainee hostage captive victim survivor witness "
    "bystander passenger pedestrian mother father brother sister son daughter wife husband parent relative cousin "
    "uncle aunt nephew niece grandmother grandfather widow orphan citizen foreigner turk briton frenchman kurd "
    "jihadist islamist terrorist bomber attacker suspect deserter protester lawyer engineer monk nun pastor judge "
    "deputy aide bodyguard marine sailor peacekeeper envoy diplomat consul expert"
)
PERSON_ENDINGS = ("er", "or", "ist", "man", "ee", "ant", "ese", "an", "ic")
"""How nouns for persons end that are not listed: "shopkeeper", "American"."""
THINGS = _set(
    "number corner border river water power winter summer order corridor letter paper shelter counter tower "
    "helicopter chopper tanker bunker launcher crater center matter error motor tractor sector factor reactor "
    "quarter plan van clan ban plant republic traffic topic disaster manner chapter newspaper charter cover "
    "danger barrier carrier transporter bulldozer"
)
"""Nouns that end like that and are none."""
ACTS = _set(
    "attack attacks strike strikes raid raids bomb bombs shell shells defeat defeats capture captures recapture "
    "release releases murder murders arrest arrests support supports control controls force forces claim claims "
    "report reports fire fires fight fights advance advances assault assaults target targets return returns "
    "retreat retreats command commands rescue rescues push pushes ambush ambushes hit hits blast blasts abuse "
    "abuses torture mass kill kills"
)
"""Words that read as a deed with a doer after "of" and with a victim without it: "an attack of rebels"."""

NEGATIONS = _set(
    "no not nor never none nobody nothing neither nowhere cannot without t dont didnt cant wont isnt wasnt hardly "
    "barely scarcely rarely seldom few little unable unconfirmed unlikely unverified untrue unsuccessful "
    "unsuccessfully except instead rather nearly almost only false fake"
)
GOVERNING = NEGATIONS | _set(
    "said say says saying told tell tells telling stated stating statement statements wrote write writes writing "
    "added adding according headlines headlined summarized summarised quoted quoting cited citing called calling "
    "calls referred thought think thinks may might could would should must can will shall if unless whether until "
    "perhaps maybe likely plan plans dismissed dismiss dismisses try tried tries trying sought seek seeks seeking "
    "hope hoped hopes hoping want wanted wants aim aimed aims aiming lack lacked lacks lacking lied lies accused "
    "accuses accusing"
)
"""Words that govern what comes after them: negations, tellings, hedges, conditions, attempts. "…" never hides one."""
GOVERNING_STEMS = tuple(
    _set(
        "abort absen acknowledg admission admit alleg announc apparent appear argu assert attempt avoid believ "
        "ceas claim conced condemn confirm declar denial denie denounc denunc deny describ disput doubt estimat "
        "expect fail foil halt insist intend intent mention planned planning possib predict preten prevent promis "
        "pledg propos purport refus refut reject repel report repuls rumo seem stopp suggest suppos suspend "
        "thwart threat unconfirm urg vow warn"
    )
)
"""The same by their beginnings."""
AUXILIARIES = _set("is are was were be been being get got gets getting has have had having do does did")
PREPOSITIONS = _set(
    "by against from to with of for alongside versus than between at in on into onto near inside outside over "
    "under around across toward towards among via per as like about after before during since till behind beyond "
    "through within upon off amid up least most more less fewer approximately roughly some nearly almost s"
)
MODIFIERS = _set(
    "least most more less fewer than about around approximately roughly some nearly almost over under only to"
)
"""Words that bound the number after them."""
TYING = _set("by against from alongside versus than between of")
"""Prepositions that say whose the word after them is, or which side it is on."""
SIDES = TYING - {"of", "from"}
PAST_FORMS = _set(
    "shot hit struck held lost took taken fell fallen fled fought won left sent made met broke broken beaten beat "
    "began begun drove driven gave given went gone hung kept laid led rose seen saw shown set slain slew stole "
    "stolen put overran overrun retook retaken undone withdrew withdrawn blew blown burnt cut come came became "
    "brought bought built"
)
CLAUSE_WORDS = _set("and but while as when where after before because since although though then so or")
JOINING = _set("and or but nor yet so while with including although though whereas because since when where")

LONGEST_LEFT_OUT = 40
"""Words that "…" may stand for, at most."""

SHORTEST_MENDED = 6
"""Letters of the shortest word in which a typing slip is mended."""
WORDS_BY_A_SLIP = frozenset(
    frozenset(pair.split("/"))
    for pair in _set(
        "casual/causal martial/marital united/untied sacred/scared silver/sliver perfect/prefect barely/barley "
        "complied/compiled beings/begins desert/dessert deserts/desserts furry/fury unclear/nuclear "
        "ceased/creased infraction/infarction discreet/discrete uniformed/unformed canon/cannon canons/cannons "
        "coral/corral statue/statute corps/corpse tortuous/torturous uninformed/uniformed unsigned/unsinged "
        "signed/singed signing/singing trails/trials angles/angels diaries/dairies unites/unties carved/craved "
        "casually/causally salves/slaves salted/slated beards/breads prefects/perfects"
    )
)
"""Pairs of words of which one becomes the other by such a slip."""
DOUBLING_ENDINGS = ("ed", "ing", "er", "ers", "est", "y", "ies", "en")
"""Before these a doubled letter tells words apart: "planed" and "planned"."""
