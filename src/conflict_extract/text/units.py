"""Units that a figure's words may carry: per cent, currencies, time, length, area and mass.

A currency is named only where the words leave one choice: "pounds", "riyals" or "¥" alone could be several
countries' (and "pounds" a weight); their unit is ``UNCLEAR``. "$" and "dollars" alone are read as USD, as news
agencies write them. "second" in the singular is left out: it is mostly an ordinal.
"""

from __future__ import annotations

from typing import Literal

UnitKind = Literal["percent", "money", "time", "length", "area", "mass"]

UNCLEAR = "?"

_WRITTEN: dict[UnitKind, str] = {
    "percent": "percent: %, percent, per cent, pct",
    "money": """
        USD: $, us $, us dollar, us dollars, usd, dollar, dollars, american dollars
        AUD: a $, australian dollars, aud
        CAD: c $, canadian dollars, cad
        EUR: €, euro, euros, eur
        GBP: £, gbp, pounds sterling, british pounds
        SYP: syrian pounds, syp
        LBP: lebanese pounds, lbp
        EGP: egyptian pounds, egp
        SDG: sudanese pounds, sdg
        TRY: ₺, turkish lira, turkish liras
        ILS: ₪, shekel, shekels, ils, nis
        RUB: ₽, ruble, rubles, rouble, roubles, rub
        UAH: ₴, hryvnia, hryvnias, hryvnya, uah
        SAR: saudi riyals, sar
        YER: yemeni rials, yemeni riyals, yer
        IRR: iranian rials, irr
        IQD: iraqi dinars, iqd
        LYD: libyan dinars, lyd
        AFN: afghani, afghanis, afn
        PKR: pakistani rupees, pkr
        INR: indian rupees, inr
        NGN: naira, nairas, ngn
        ETB: birr, etb
        CHF: swiss francs, chf
        ?: ¥, pound, pounds, lira, liras, riyal, riyals, rial, rials, dinar, dinars, franc, francs, rupee, rupees
    """,
    "time": """
        seconds: seconds
        minutes: minute, minutes, min, mins
        hours: hour, hours, hrs
        days: day, days
        weeks: week, weeks
        months: month, months
        years: year, years, yrs
        decades: decade, decades
    """,
    "length": """
        mm: mm, millimetre, millimetres, millimeter, millimeters
        cm: cm, centimetre, centimetres, centimeter, centimeters
        m: m, metre, metres, meter, meters
        km: km, kms, kilometre, kilometres, kilometer, kilometers
        miles: mile, miles
        feet: foot, feet, ft
        yards: yard, yards
    """,
    "area": """
        km2: km², km 2, sq km, square km, square kilometre, square kilometres, square kilometer, square kilometers
        square miles: square mile, square miles, sq miles
        hectares: ha, hectare, hectares
        acres: acre, acres
        dunams: dunam, dunams, dunum, dunums
    """,
    "mass": """
        kg: kg, kgs, kilo, kilos, kilogram, kilograms
        tonnes: tonne, tonnes, metric ton, metric tons
        tons: ton, tons
        pounds: lb, lbs
    """,
}


def _table() -> dict[tuple[str, ...], tuple[str, UnitKind]]:
    table: dict[tuple[str, ...], tuple[str, UnitKind]] = {}
    for kind, lines in _WRITTEN.items():
        for line in filter(None, map(str.strip, lines.splitlines())):
            unit, phrases = line.split(": ")
            for phrase in phrases.split(", "):
                table[tuple(phrase.split())] = (unit, kind)
    return table


UNITS: dict[tuple[str, ...], tuple[str, UnitKind]] = _table()
"""Phrase, as lower-case tokens, to the unit's name and kind."""
