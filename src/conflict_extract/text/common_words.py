"""Ordinary English words that may begin a statement without being a name, though the article lacks them.

Only the first word of a sentence is looked up here: its capital says nothing. Words that are also names of people,
places or groups (Will, Bill, Hope, March, Hill) are left out on purpose, so that an invented name is seen.
"""

from __future__ import annotations

_FUNCTION = """
a about above according accordingly across additional additionally adjacent after again against ahead all almost along
alongside already also although altogether amid amidst among amongst an and another any anybody anyone anything apart
approximately are around as at away back because been before behind being below beneath beside besides between beyond
both but by can cannot clearly close consequently could currently daily despite did do does down due during each
earlier either elsewhere enough especially even eventually ever every everybody everyone everything except exactly
far few fewer finally first following for formerly fortunately from further furthermore generally given had half has
have having he heavily hence her here hers him his how however i if immediately in including increasingly indeed
initially inside instead into is it its itself just largely last late later lately least less like likely little
locally long mainly many maybe meanwhile mere might more moreover most mostly much must my near nearby nearly neither
never nevertheless new newly next no nobody none nonetheless nor not nothing notably now nowhere numerous occasionally
of off often on once one only onto or other others otherwise our out outside over overall overnight own part partly per
perhaps possibly presumably previously prior probably quickly rather recent recently regarding regardless reportedly
respectively roughly same second several she should similarly simultaneously since slightly so some somebody someone
something sometimes soon still subsequently such suddenly than that the their them then there thereby therefore these
they third this those though through throughout thus till to today together tomorrow tonight too toward towards twice
under underneath unlike until unusually up upon us usually various very via was we were what whatever when whenever
where whereas wherever whether which while who whoever whole whom whose why widely with within without would yesterday
yet you your
"""

_ORDINARY = """
abandon abduct abduction access accident accord account accuse accusation act action activist activity add address
administration advance adviser advisor agency agent agree agreement aid aim air airborne airbase aircraft airfield
airport airstrike airlift alarm alert alliance ally ambulance ambush ammunition amount anger announce announcement
annex anti apartment appeal approach area armed armored armoured arms army arrest arrive article artillery ask assault
assembly assassination assess assessment assist assistance attack attempt authority automatic backed ban barrel
barricade barrier base battalion battle battlefield beat begin belligerent besiege besieged blame blast blaze
block blockade board body bomb bombard bombardment bomber border both boycott breach break brigade bridge bring broad
broadcast build building bullet burn bury bus bystander call calm camp campaign capital captive capture car care carry
cargo case casualty cause ceasefire central centre center ceremony chain change charge check checkpoint chemical chief
child children church citizen city civil civilian claim clash class cleric clinic close cluster coalition coast coastal
collapse collective column combat combatant combined come command commander comment commission commit committee
communication community company compound concern conclude condemn condition conduct conference conflict confrontation
confirm consider consist contact contain continue contingent contractor control convoy corps corridor corruption
counter counteroffensive counterattack country coup court cover create crew crime crisis critic criticism crop cross
crowd cruise curfew cut damage danger dead deadly deal death debris decision declaration declare decline deep defeat
defect defection defector defence defense defend defender delay delegation deliver delivery demand demilitarise
demilitarize demonstration demonstrator denial deny department deploy deployment deputy describe destroy destruction
detain detainee detention detonate development device devastate devastating dialogue die diplomat diplomatic direct
director disagreement disappearance disarm disaster discover discuss displace displacement dispute district document
doctor dominate dozen draft drive driver drone drop drown early east eastern economy effort elderly election electricity
embassy emergency employee encircle encirclement end enemy enforce engage engineer enter entire entry envoy equipment
era error escalate escalation escape estimate ethnic evacuate evacuation evacuee event evidence examine exchange execute
execution exercise exile expand expect expel expert explain explode explosion explosive express extend extremist eye
eyewitness facility faction fail failure fall false family famine far farm farmer fatal fatality fear federal fellow
female fierce fight fighter fighting find fire firefight firefighter fishing flag flame flee fleet flight flood flow
follow food foot footage force foreign foreigner form former fortify fresh front frontline fuel full funeral future
gain gang gas gather general girl government governor gradual grave grenade ground group growing guard guerrilla gun
gunfire gunman gunmen gunship halt hand harvest head headquarters health heavy height held helicopter help hide high
highway hit hold home hospital host hostage hostility hour house household howitzer human humanitarian hundred
hunger hurt ill image imminent impact impose improvised incident include increase incursion independent indirect
indiscriminate individual industrial infant infantry infiltrate inflict influence information infrastructure inhabitant
initial injure injured injury inmate inquiry insist inspector instability installation institution insurgency insurgent
intelligence intense intensify intercept interception interim internal international internally internet intervene
intervention interview invade invasion investigate investigation investigator invite involve irregular island isolate
issue join joint journalist judge jet keep key kidnap kidnapping kill killer killing know lack land landmine large law
lawmaker lawyer lead leader leadership leave left legal level liberate liberation life lift light limit limited line
list live local locate location longtime loot looting lose loss loyalist machine main maintain major majority make male
man mandate manpower maritime market martyr mass massacre massive material matter mayor measure mediate
mediation mediator medic medical medicine medium meet meeting member men mercenary message middle migrant militant
military militia militiaman militiamen mine mineral minister ministry minor minority misfire missile missing mission
mob mobile mobilise mobilize monitor month morale morning mortar mosque mother motorbike motorcycle mountain mourn
mourner move movement multiple munition murder mutiny name nation national naval navy need negotiate negotiation
negotiator neighborhood neighbourhood neighbor neighbour network news newspaper night nongovernmental non north
northeast northeastern northern northwest northwestern number nurse object observer occupation occupy occur offensive
offer office officer official oil old open operate operation opponent opportunity opposition order ordinance ordnance
organisation organization organise organize outlet outpost outrage outskirts overall overrun overthrow pact panic
paramedic paramilitary parent parliament participant participate partner party pass passenger patient patrol pause pay
peace peaceful peacekeeper peacekeeping people permanent permit person personnel petition phase phone photo photograph
physician pilot place plan plane planned plant platoon plea pledge plot point police policeman policemen policy
political politician poll poor popular population port position post poster power precise preparation prepare presence
present president press pressure prevent previous primary prime prior prison prisoner private pro proceed process
progress promise propaganda property proposal propose prosecute prosecution prosecutor protect protection protest
protester province provincial provide provision proxy public pull purported push put quarter question quick radio raid
rail railway rain raise ramp rank rape rapid rate reach react reaction reason rebel rebellion rebuild recapture receive
reconnaissance reconstruction record recover recruit recruitment reduce refer refugee refuse regain regime
region regional register regular reinforce reinforcement reject relation relative release relief religious relocate
remain remark remnant remote remove renew repeat repel replace report reporter repression reprisal republic repulse
request rescue rescuer research reservist reside resident resist resistance resolution resolve resource respond
response responsibility restore restriction result resume retake retaliate retaliation retaliatory retreat retrieve
return reveal revenge review revolution rifle right riot rise risk rival river riverbank road roadblock roadside
robbery rocket roll rule ruling rumor rumour run rural ruin sabotage safe safety sailor sanction satellite say scale
schedule school score seat secretary sectarian section sector secure security see seize seizure send senior sentence
separate separatist serious serve service session set setback settle settlement settler severe shake share sharp shell
shelling shelter ship shock shoot shooter shooting shop shopkeeper shore short shortage shot show shut side siege sign
significant similar single site situation skirmish slay slain sleep slow small smoke smuggle smuggler sniper social
soldier source south southeast southeastern southern southwest southwestern sovereignty speak special spill split
spokesman spokesperson spokeswoman spread squad stabbing staff stage stall stance stand standoff start starvation state
statement station status stay steal step stop storm storage story strategic strategy stray street strengthen stretch
strike stronghold struggle student submit suburb succeed success sudden suffer suicide summit supplier supply support
supporter suppress surface surge surrender surround survey survivor suspect suspend suspension sustain sweep tactic
take talk talks tank target task teacher team technical teenager television tell temporary tension tent term terrain
territorial territory terror terrorism terrorist testimony text thousand threat threaten throw ton top torture total
town track trader traffic train trainee training transfer transition transport trap travel treat treatment treaty
trench trial tribal tribe tribesman tribesmen trigger troop troops truce truck try tunnel turn unarmed
uncertain unclear unconfirmed underground unexploded unidentified uniform unilateral union unit unknown unprecedented
unrest unspecified urban urge use vehicle verify vessel veto vice victim victory video view village villager violate
violation violence violent visit vital volunteer vote vow wage wait wake war warehouse warn warning warplane warring
warship watch water wave weapon weaponry week weekend west western wheat wide withdraw withdrawal witness
woman women work worker world worsen worshipper wound wounded wreckage write year young youth zone
"""
FUNCTION_WORDS = frozenset(_FUNCTION.split())
ORDINARY_WORDS = FUNCTION_WORDS | frozenset(_ORDINARY.split())

_ENDINGS = (
    ("", ""),
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("ed", ""),
    ("d", ""),
    ("ied", "y"),
    ("ing", ""),
    ("ing", "e"),
)
_SAFE_ENDINGS = ("tion", "tions", "sion", "sions", "ments", "ness", "fully", "ically", "fare")


def is_ordinary(word: str) -> bool:
    """Whether a lower-case word is a listed English word or an inflection of one ("Shelling", "Airstrikes")."""
    return word in ORDINARY_WORDS or word.endswith(_SAFE_ENDINGS) or any(base in ORDINARY_WORDS for base in bases(word))


def bases(word: str) -> list[str]:
    """The forms that a word may be inflected from; the shortest have three letters."""
    found = []
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word.removesuffix(ending) + instead
            found.append(base)
            if ending in {"ed", "ing"} and not instead and base[-1] == base[-2]:
                found.append(base[:-1])
    return found
