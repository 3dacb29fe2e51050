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
abandon abduct abductee abduction abort absence absolute academy access accident accord account accusation accuse
acquittal act action activist activity add address administration admiral advance adviser advisor aerial agency agent
agree agreement aid aide aim air airbase airborne aircraft airdrop airfield airlift airport airstrike airstrip alarm
alert allege alliance ally ambassador ambulance ambush ammunition amnesty amount amphibious anger annex anniversary
announce announcement annual antenna anti apartment apology apparent appeal approach approval arbitrary area armed
armored armory armoured armoury arms army arrest arrival arrive arsenal arson article artillery ask assassination
assault assembly assess assessment assist assistance attache attack attempt audit aunt authority automatic avert baby
backed bakery ballot ban bandit bargain barge barley barrage barrel barricade barrier base battalion battle
battlefield bazaar beat begin belligerent berth besiege besieged betrayal bicycle bid bilateral blame blast blaze
block blockade blockage blow board boast boat body bomb bombard bombardment bomber border borehole botch both boycott
breach break bride bridge brief briefing brigade brigadier bring broad broadcast brother build building bullet
bulletin bunker burial burn burst bury bus butcher bystander cache cadet cafe call calm camel camp campaign canal
capital captain captive capture car care cargo carnage carry cart case casualty cathedral cattle cause cave ceasefire
cemetery census center central centre ceremony chain change chapel charge chase check checkpoint chemical chief
chieftain child children cholera church cinema citizen city citywide civil civilian claim clandestine clash class
cleric clerk clinic clip close closure cluster coalition coast coastal collapse collective college colonel column
combat combatant combined come command commander comment commission commit committee communication communique
community commuter company compete complete compound compromise compulsory concern concert conclude condemn condition
conduct conference confirm conflict confrontation conscript consecutive consider consignment consist constant consul
contact contain contingent continue continuous contractor contradictory control convent convoy coordinate cordon
corporal corps corridor corruption count counter counterattack counteroffensive countless country countrywide coup
court cousin cover coverage covert crackdown create crew crime crisis critic criticism crop cross crossfire crowd
cruise culture curfew custody cut dam damage danger daughter daytime dead deadline deadly deal death debris decision
declaration declare decline deep defeat defect defection defector defence defend defender defense defensive definitive
defusing delay delegation deliver delivery delta demand demilitarise demilitarize demining demonstration demonstrator
denial deny department departure deploy deployment deportee depot deputy describe desert deserter destroy destruction
detain detainee detention detonate devastate devastating development device dialogue die different dinghy diplomat
diplomatic direct director disagreement disappearance disarm disarmament disaster disclosure discover discovery
discuss disease dismissal dispatch displace displacement disposal dispute district dock doctor document dominate
donkey dozen draft draftee drive driver drone drop drought drown dugout dump dune dusk dwindle early east eastern
economy effort elder elderly election electricity embassy emergency emissary employee encircle encirclement end enemy
enforce engage engineer enter entire entry envoy epidemic equipment era error escalate escalation escape estimate
ethnic evacuate evacuation evacuee event evidence examine exchange execute execution exercise exile exodus expand
expect expel expellee expert explain explode explosion explosive exposure express extend extremist eye eyewitness
facility faction factory fail failure fall false family famine far farm farmer fatal fatality fear federal fellow
female ferry fierce fight fighter fighting final find fire firefight firefighter fishing flag flame flare flareup flee
fleet flight flock flood flow foil follow food foot footage foray force foreign foreigner form formal former fort
fortify fortress fragile freedom freighter fresh front frontline fuel full funeral furnace future gain gang gaoler
garrison gas gather general girl goat gorge government governor gradual grandfather grandmother grave graveyard
grenade grief grocer groom ground group grower growing guard guerrilla guided gun gunfire gunman gunmen gunship halt
hand handover hangar harbor harbour harvest haul head headquarters health hearing heavy height held helicopter help
herder hide high highway hijack hijacking hit hold home homecoming homemade horse hospital host hostage hostel
hostility hotel hour house household howitzer human humanitarian hundred hunger hunt hurt identical ill illegal image
imam immediate imminent impact impose improvised inadequate incendiary incident include increase incursion independent
indirect indiscriminate individual industrial infant infantry infiltrate inflict influence influx informal informant
information informer infrastructure inhabitant initial injure injured injury inmate inn inquiry insist inspector
instability installation institution insufficient insurgency insurgent intelligence intend intense intensify intercept
interception interim intermittent internal internally international internet intervene intervention interview invade
invasion investigate investigation investigator invite involve irregular island isolate issue jailer jet jetty join
joint journalist judge jungle keep key kidnap kidnapping kill killer killing kiln kin kindergarten kinsman kiosk know
laborer labourer lack lagoon land landmine large law lawful lawmaker lawyer lead leader leadership leaflet leakage
leave left legal lengthy letter level liberate liberation lieutenant life lift light limit limited line list live
livestock local locate location longtime loot looter looting lorry lose loss loyalist lull lunge lynching machine
madrasa main maintain maize major majority make makeshift male man mandate mandatory manpower map maritime market
marsh martyr mass massacre massive mast material matter mayor meadow measure mechanised mechanized mediate mediation
mediator medic medical medicine medium meet meeting member memo men mercenary message middle midnight migrant militant
military militia militiaman militiamen mill millet mine miner mineral minister ministry minor minority misfire missile
missing mission mob mobile mobilise mobilize monastery monitor monk month monthly monument morale morgue morning
mortar mortuary mosque mother motorbike motorcade motorcycle mount mountain mourn mourner move movement mule
multilateral multiple munition murder mutiny mutual name nation national nationwide naval navy need negotiate
negotiation negotiator neighbor neighborhood neighbour neighbourhood network newborn news newspaper night nighttime
nomad non nongovernmental noon north northeast northeastern northern northwest northwestern note number nun nurse
nursery oasis object observer occupation occupy occur offensive offer office officer official oil old ongoing onlooker
onslaught open operate operation opponent opportunity opposition orchard order ordinance ordnance organisation
organise organization organize orphan orphanage ouster outbreak outlet outpost outrage outskirts overall overrun
overthrow pact pamphlet panic parade parallel paramedic paramilitary pardon parent parley parliament partial
participant participate partner party pass passage passenger passer pastor pasture patient patrol pause pay peace
peaceful peacekeeper peacekeeping peasant people permanent permit person personnel petition pharmacy phase phone photo
photograph physician pickup pier pilot pipeline pitch place plain plan plane planned plant plateau platoon playground
plaza plea pledge plot point police policeman policemen policy political politician poll poor popular population port
position possible post poster poultry power praise preacher precise preemptive preliminary preparation prepare
presence present president press pressure presume prevent previous priest primary prime prior prison prisoner private
pro probable probe proceed process progress prolong promise propaganda property proposal propose prosecute prosecution
prosecutor protect protection protest protester protract provide province provincial provision provisional proxy
public pull pump punitive pupil purge purport purported pursuit push put pylon quarter quay question quick rabbi radio
raid rail railway rain raise rally ramp rank rape rapid rate razing reach react reaction reason rebel rebellion
rebuild recapture receive reciprocal reconnaissance reconstruction record recover recovery recruit recruitment reduce
refer referendum referral refinery refugee refusal refuse regain regime regiment region regional register regret
regular rehearsal reinforce reinforcement reject relation relative release relief religious relocate remain remark
remnant remote removal remove renew renewal reopening repeat repel replace report reporter repression reprisal
republic repulse request rescue rescuer research reservist reservoir reside resident resist resistance resolution
resolve resource respond response responsibility restaurant restore restriction result resume resupply retake
retaliate retaliation retaliatory retreat retrieve return returnee reveal revenge review revolt revolution ricochet
ridge rifle right riot rise risk rival river riverbank road roadblock roadside robbery rocket roll rout ruin rule
ruling rumor rumour run runway rupture rural sabotage saboteur safe safety sailor salvo sanction satellite say scale
scarce schedule school score sealift search seat secretary sectarian section sector secure security see seize seizure
seminary send senior sentence separate separatist sergeant serious serve service session set setback settle settlement
settler severe shake shaky share sharp sheep shell shelling shelter shepherd ship shipment shock shoot shooter
shooting shop shopkeeper shore short shortage shot show shrine shut sibling side siege sign significant silence
similar simultaneous single siren sister sit site situation skirmish slain slay sleep slope slow small smoke smuggle
smuggler sniper sniping social soldier son sorghum sorrow sortie source south southeast southeastern southern
southwest southwestern sovereignty speak special speech spike spill split spokesman spokesperson spokeswoman sporadic
spread spy squad square stabbing stadium staff stage stalemate stall stance stand standoff start starvation state
stateless statement station statue status stay steady steal step stock stockpile stop storage storm story strafing
stranger strategic strategy stray stream street strengthen stretch strike stronghold struggle student study submit
suburb succeed success successive sudden suffer suicide summit supplier supply support supporter suppose suppress
surface surge surplus surrender surround survey survival survivor suspect suspend suspension sustain swamp swap sweep
synagogue tactic take takeover talk talks tally tank tanker target task teacher team technical teenager television
tell temple temporary tension tent tentative term terrain territorial territory terror terrorism terrorist testimony
text thanks theater theatre theft thousand threat threaten throw thrust thwart toddler toll tomb ton top torching
torture total tour tourist town track tractor trader traffic train trainee training transcript transfer transition
transport trap travel traveler traveller trawler treat treatment treaty trench trial tribal tribe tribesman tribesmen
trigger trip troop troops trove truce truck try tunnel turbine turn turncoat ultimatum unarmed unauthorised
unauthorized uncertain uncle unclear unconfirmed underground unexploded unguided unidentified uniform unilateral union
unit university unknown unlawful unmanned unofficial unprecedented unrest unspecified uprising urban urge urgent use
vehicle verdict verify vessel veteran veto vice victim victory video view vigil vigilante village villager vineyard
violate violation violence violent visit vital volley voluntary volunteer vote vow wage wait wake want war warden
warehouse warlord warn warning warplane warring warship watch water wave weapon weaponry week weekend weekly west
western wharf wheat wide widespread widow widower withdraw withdrawal witness woman women woodland work worker
workshop world worsen worshipper wound wounded wreckage write year yearly young youth zone
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
