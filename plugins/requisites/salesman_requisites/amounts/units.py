"""What the units of currencies are called in each language."""

from __future__ import annotations

from typing import Final, NamedTuple


class Unit(NamedTuple):
    """A unit of a currency: with one, with two to four, and with five of it.

    :param feminine: «одна копейка», «две копейки».
    """

    one: str
    few: str
    many: str
    feminine: bool = False


class Units(NamedTuple):
    """What a currency is counted in, and its hundredths."""

    whole: Unit
    hundredth: Unit


_KOPECK: Final = Unit("копейка", "копейки", "копеек", feminine=True)
_CENT: Final = Unit("цент", "цента", "центов")

RUSSIAN: Final = {
    "RUB": Units(Unit("рубль", "рубля", "рублей"), _KOPECK),
    "KZT": Units(Unit("тенге", "тенге", "тенге"), Unit("тиын", "тиына", "тиынов")),
    "USD": Units(Unit("доллар США", "доллара США", "долларов США"), _CENT),
    "EUR": Units(Unit("евро", "евро", "евро"), _CENT),
    "BYN": Units(
        Unit("белорусский рубль", "белорусских рубля", "белорусских рублей"),
        _KOPECK,
    ),
    "CNY": Units(Unit("юань", "юаня", "юаней"), Unit("фэнь", "фэня", "фэней")),
}


def _english(one: str, many: str) -> Unit:
    return Unit(one, many, many)


ENGLISH: Final = {
    "RUB": Units(_english("ruble", "rubles"), _english("kopeck", "kopecks")),
    "KZT": Units(_english("tenge", "tenge"), _english("tiyn", "tiyn")),
    "USD": Units(_english("US dollar", "US dollars"), _english("cent", "cents")),
    "EUR": Units(_english("euro", "euros"), _english("cent", "cents")),
    "BYN": Units(_english("Belarusian ruble", "Belarusian rubles"), _english("kopeck", "kopecks")),
    "CNY": Units(_english("yuan", "yuan"), _english("fen", "fen")),
}
