"""Words for a country and its people that support each other ("Syria", "Syrian"), and months with their short forms.

A closed table, not a rule of endings: by a rule "Niger" would support "Nigerian", "Baghdad" "Baghdadi" and "Husseini"
"Hussein". Peoples who live under several states (Kurds, Serbs, Turkmen) support no state.
"""

from __future__ import annotations

from collections.abc import Mapping

_GROUPS = """
afghanistan afghan afghans; algeria algerian algerians; america american americans us usa; angola angolan
angolans; argentina argentine argentinian; armenia armenian armenians; australia australian australians; austria
austrian austrians; azerbaijan azerbaijani azerbaijanis azeri; bahrain bahraini bahrainis; bangladesh bangladeshi
bangladeshis; belarus belarusian belarusians; belgium belgian belgians; benin beninese; bolivia bolivian bolivians;
bosnia bosnian bosnians; brazil brazilian brazilians; britain british briton britons uk; bulgaria bulgarian bulgarians;
burundi burundian burundians; cambodia cambodian cambodians; cameroon cameroonian cameroonians; canada canadian
canadians; catalonia catalan catalans; chad chadian chadians; chechnya chechen chechens; chile chilean chileans; china
chinese; colombia colombian colombians; congo congolese; crimea crimean crimeans; cuba cuban cubans; cyprus cypriot
cypriots; czechia czech czechs; darfur darfuri darfuris; denmark danish dane danes; ecuador ecuadorian ecuadorians;
egypt egyptian egyptians; england english; eritrea eritrean eritreans; estonia estonian estonians; ethiopia ethiopian
ethiopians; europe european europeans; finland finnish finn finns; france french frenchman; gambia gambian gambians;
gaza gazan gazans; georgia georgian georgians; germany german germans; ghana ghanaian ghanaians; greece greek greeks;
guatemala guatemalan guatemalans; haiti haitian haitians; honduras honduran hondurans; hungary hungarian hungarians;
india indian indians; indonesia indonesian indonesians; iran iranian iranians; iraq iraqi iraqis; ireland irish; israel
israeli israelis; italy italian italians; japan japanese; jordan jordanian jordanians; kashmir kashmiri kashmiris;
kazakhstan kazakh kazakhs kazakhstani; kenya kenyan kenyans; kosovo kosovar kosovars; kuwait kuwaiti kuwaitis;
kyrgyzstan kyrgyz kyrgyzstani; laos laotian lao; latvia latvian latvians; lebanon lebanese; liberia liberian liberians;
libya libyan libyans; lithuania lithuanian lithuanians; macedonia macedonian macedonians; malaysia malaysian
malaysians; mali malian malians; mauritania mauritanian mauritanians; mexico mexican mexicans; moldova moldovan
moldovans; mongolia mongolian mongolians; morocco moroccan moroccans; mozambique mozambican mozambicans; myanmar burma
burmese; nepal nepali nepalis nepalese; netherlands dutch; nicaragua nicaraguan nicaraguans; niger nigerien nigeriens;
nigeria nigerian nigerians; norway norwegian norwegians; oman omani omanis; pakistan pakistani pakistanis; palestine
palestinian palestinians; peru peruvian peruvians; philippines philippine filipino filipinos; poland polish pole poles;
portugal portuguese; qatar qatari qataris; romania romanian romanians; russia russian russians; rwanda rwandan
rwandans; saudi saudis; scotland scottish scot scots; senegal senegalese; serbia serbian; somalia somali somalis; spain
spanish spaniard spaniards; sudan sudanese; sweden swedish swede swedes; switzerland swiss; syria syrian syrians; taiwan
taiwanese; tajikistan tajik tajikistani; tanzania tanzanian tanzanians; thailand thai thais; tibet tibetan tibetans;
tigray tigrayan tigrayans; togo togolese; tunisia tunisian tunisians; turkey turkish turk turks turkiye; uganda ugandan
ugandans; ukraine ukrainian ukrainians; uzbekistan uzbek uzbekistani; venezuela venezuelan venezuelans; vietnam
vietnamese; yemen yemeni yemenis; zambia zambian zambians; zimbabwe zimbabwean zimbabweans;
kurd kurds kurdish; serb serbs; croat croats; arab arabs arabic; jew jews jewish; druze druse; islamist islamists;
january jan; february feb; april apr; august aug; september sept sep; october oct; november nov; december dec;
monday mon; tuesday tue tues; wednesday wed; thursday thu thur thurs; friday fri; saturday sat; sunday sun
"""

SAME: Mapping[str, frozenset[str]] = {
    word: frozenset(group.split()) for group in _GROUPS.split(";") for word in group.split()
}
"""A word in lower case, and all the words that say the same."""

EXPANSIONS: Mapping[str, tuple[str, ...]] = {
    "un": ("united", "nations"),
    "us": ("united", "states"),
    "uk": ("united", "kingdom"),
    "eu": ("european", "union"),
    "uae": ("united", "arab", "emirates"),
}
"""Acronyms that need no article to be known, with their words. Any other must stand in the text."""
